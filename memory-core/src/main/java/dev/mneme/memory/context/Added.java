package dev.mneme.memory.context;

/** What became of an interaction that was added. */
public enum Added {
    /** There was no record with its id; now there is. */
    NEW,
    /** It took the place of the record with its id, which was not newer. */
    REPLACED,
    /** The record with its id is newer, and stays as it is. */
    OLDER,
    /** A record says the same under another id, and stays as it is; see {@link Duplicates#skip}. There is none with its id. */
    SKIPPED,
    /** A record says the same under another id, and took it in; see {@link Duplicates#merge}. There is none with its id. */
    MERGED,
    /** By the store's {@link Limits} it is what had to go, and it went at once. There is no record with its id. */
    EVICTED,
    /** It waits in a journal until the store can be reached; what becomes of it is not known yet. */
    QUEUED
}
