package dev.mneme.events;

/** What a consumer should do with an event that its node cannot read. */
public enum UnknownAction {
    /** Go on without it. */
    SKIP,
    /** Keep its bytes until a node that can read them is deployed, and go on. */
    PARK,
    /** Stop, and let nothing pass until it can be read. */
    FAIL
}
