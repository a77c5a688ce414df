package dev.mneme.memory.context.transfer;

/** How far a {@link ContextMigration} is. */
public enum MigrationPhase {

    /** Records are on their way; reads are answered by the old store, writes go to both. */
    COPYING,

    /** The new store has all of them; reads are answered by the old store, writes go to both. */
    COPIED,

    /** Reads are answered by the new store, writes go to both, so that the way back stays open. */
    SWITCHED,

    /** The old store alone is used again. The end of one way. */
    ROLLED_BACK,

    /** The new store alone is used. The end of the other. */
    FINISHED
}
