package dev.mneme.bus;

import dev.mneme.bus.ContextCarrier.Captured;
import org.jspecify.annotations.Nullable;

/**
 * Where a submitted task comes from.
 *
 * @param parent the task that submitted it, if it is to end with that
 * @param told whether nobody looks at how it ends, so that its failure is a dead letter
 * @param topic through which it came, if through one
 * @param context what goes with it, if that was captured before
 */
record Origin(
        @Nullable TaskCell<?, ?> parent,
        boolean told,
        @Nullable String topic,
        @Nullable Captured context) {

    static final Origin OUTSIDE = new Origin(null, false, null, null);
    static final Origin TOLD = new Origin(null, true, null, null);

    static Origin task(TaskCell<?, ?> parent) {
        return new Origin(parent, false, null, null);
    }

    static Origin topic(String topic, Captured context) {
        return new Origin(null, true, topic, context);
    }
}
