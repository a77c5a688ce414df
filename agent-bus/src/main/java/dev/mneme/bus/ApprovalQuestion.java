package dev.mneme.bus;

import dev.mneme.bus.ContextCarrier.Captured;
import org.jspecify.annotations.Nullable;

/**
 * For what an approval is asked.
 *
 * @param operation if the approval names none
 * @param latestNanos when the answer is of no use any more
 * @param taskId what waits for it, if that is a task or a plan
 */
record ApprovalQuestion(
        String operation,
        Submit how,
        long latestNanos,
        @Nullable String taskId,
        Captured context) {}
