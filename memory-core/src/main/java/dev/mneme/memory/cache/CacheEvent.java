package dev.mneme.memory.cache;

/** Something about a cache that an operator may want to know. None carries a key or a value. */
public sealed interface CacheEvent {

    /** A load failed or was given up. */
    record LoadFailed(String cache, Cause cause) implements CacheEvent {}

    /** Why a load failed. */
    enum Cause {
        /** The loader threw. */
        THROWN,
        /** It took longer than the hard timeout. */
        TIMED_OUT,
        /** Too many loads were running. */
        BUSY,
        /** Its value could not be written by the codec or was too large. */
        UNSTORABLE
    }

    /** A value in the far level could not be read by the codec and counts as missing. */
    record Unreadable(String cache) implements CacheEvent {}

    /** The far level went away. */
    record Disconnected() implements CacheEvent {}

    /** The far level is back. */
    record Reconnected() implements CacheEvent {}

    /** A message of the bus was lost or late: the near entries of one bucket were dropped. */
    record BucketFlushed(int bucket) implements CacheEvent {}

    /** More invalidations were queued than fit; whole scopes will be dropped instead of single keys. */
    record QueueOverflowed(String cache) implements CacheEvent {}

    /** The server was replaced: the invalidations of the last minute were sent again. */
    record Resent(int invalidations) implements CacheEvent {}
}
