package dev.mneme.bus;

/** What the end of a plan's node, other than by an answer, does to the rest of the plan. */
public enum FailurePolicy {
    /** Nothing more begins, and what runs is cancelled. */
    FAIL_FAST,
    /** What needs this node is skipped, and what needs that; the other branches go on. */
    SKIP_DEPENDENTS,
    /** As {@link #SKIP_DEPENDENTS}, but what only comes {@code after} this node, without needing its answer, begins. */
    CONTINUE
}
