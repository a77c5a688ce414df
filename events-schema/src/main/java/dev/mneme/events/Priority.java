package dev.mneme.events;

/** How urgent an event is; the order is from most to least. */
public enum Priority {
    /** Must not wait behind anything else, and must not be lost by a reader that does not know it. */
    CRITICAL,
    /** Somebody waits for it. */
    HIGH,
    /** The usual case. */
    NORMAL,
    /** May wait, as statistics do. */
    LOW
}
