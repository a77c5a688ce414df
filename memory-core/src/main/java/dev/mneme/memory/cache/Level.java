package dev.mneme.memory.cache;

/** Where a value was found. */
public enum Level {
    /** In this process. */
    NEAR,
    /** In the level that all nodes share. */
    FAR,
    /** At the source, by the loader. */
    SOURCE
}
