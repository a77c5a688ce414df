package dev.mneme.memory.history;

/** What became of a turn that was appended. */
public enum Appended {

    /** All nodes see it from now on. */
    STORED,

    /** A turn of this id was appended before; nothing was changed. */
    REPEATED,

    /**
     * The level that all nodes share could not be asked, or did not answer in time. The turn is kept in this process,
     * seen by reads here, and sent when that level is back; sent twice it is stored once. It is lost if the process ends
     * before. Under {@link dev.mneme.Privacy#NONE} what is sent is only that all it held of the conversation be deleted.
     */
    PENDING,

    /** It is kept in this process alone, as {@link dev.mneme.Privacy#NONE} asks. */
    KEPT_HERE,

    /** It was cleared or erased, while it waited here, by somebody who came after it. */
    FORGOTTEN,

    /**
     * The shared level could not be asked and too much waits here already: the turn is not kept here. If the call was sent
     * and only its answer is missing, it may have arrived.
     */
    REFUSED
}
