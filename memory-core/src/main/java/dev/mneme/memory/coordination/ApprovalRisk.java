package dev.mneme.memory.coordination;

/** How much may go wrong if something is done that should not be. */
public enum ApprovalRisk {
    /** Little: nobody has to be asked. */
    LOW,
    /** Something that takes work to undo. */
    MEDIUM,
    /** Something that cannot be undone. */
    HIGH
}
