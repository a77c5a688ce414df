package dev.mneme.bus;

import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts how approvals ended. */
final class ApprovalCounts {

    private final Map<ApprovalState, LongAdder> ended = new EnumMap<>(ApprovalState.class);
    private final LongAdder requested = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder answerMillis = new LongAdder();

    ApprovalCounts() {
        for (ApprovalState state : ApprovalState.values()) {
            ended.put(state, new LongAdder());
        }
    }

    void requested() {
        requested.increment();
    }

    /** @param record null if there never was one, or it is gone */
    void ended(@Nullable ApprovalRecord record) {
        LongAdder count = record == null || !record.state().isFinal() ? null : ended.get(record.state());
        if (record == null || count == null) {
            refused.increment();
            return;
        }
        count.increment();
        if (record.state() == ApprovalState.APPROVED || record.state() == ApprovalState.REJECTED) {
            record.took().ifPresent(time -> answerMillis.add(time.toMillis()));
        }
    }

    ApprovalNumbers numbers(int waiting) {
        return new ApprovalNumbers(
                waiting,
                requested.sum(),
                of(ApprovalState.APPROVED),
                of(ApprovalState.AUTO_APPROVED),
                of(ApprovalState.REJECTED),
                of(ApprovalState.TIMED_OUT),
                of(ApprovalState.WITHDRAWN),
                refused.sum(),
                Duration.ofMillis(answerMillis.sum()));
    }

    private long of(ApprovalState state) {
        LongAdder count = ended.get(state);
        return count == null ? 0 : count.sum();
    }
}
