package dev.mneme.memory.context;

/** What became of an interaction that was added. */
public enum Added {
    /** There was no record with its id; now there is. */
    NEW,
    /** It took the place of the record with its id, which was not newer. */
    REPLACED,
    /** The record with its id is newer, and stays as it is. */
    OLDER
}
