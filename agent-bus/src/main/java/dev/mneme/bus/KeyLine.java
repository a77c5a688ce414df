package dev.mneme.bus;

/** The tasks of one key: the one that goes first, and the others behind it. Used under the mailbox's lock. */
final class KeyLine {

    final CellList behind = new CellList();
    /** Written under the lock; read without it by who looks for tasks that wait for each other. */
    volatile TaskCell<?, ?> holder;

    KeyLine(TaskCell<?, ?> holder) {
        this.holder = holder;
    }
}
