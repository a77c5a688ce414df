package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.bus.Submission.Rejected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All answers there are to a task that is not accepted, made once: under a flood, saying no must cost next to nothing. */
final class Rejections {

    private static final int DOUBLINGS = 24;
    private static final Map<RejectReason, List<Rejected<?>>> ALL = new EnumMap<>(RejectReason.class);

    static {
        for (RejectReason reason : RejectReason.values()) {
            boolean comeBack = reason == RejectReason.QUEUE_FULL || reason == RejectReason.TENANT_FULL;
            List<Rejected<?>> doubled = new ArrayList<>();
            for (int i = 0; i < DOUBLINGS; i++) {
                doubled.add(new Rejected<>(reason, comeBack ? Duration.ofMillis(1L << i) : Duration.ZERO));
            }
            ALL.put(reason, doubled);
        }
    }

    private Rejections() {}

    /** @param waitNanos after which there may be room; rounded up to a power of two of milliseconds */
    @SuppressWarnings("unchecked") // a rejection holds no answer
    static <O extends @Nullable Object> Rejected<O> of(RejectReason reason, long waitNanos) {
        long millis = Math.max(1, waitNanos / 1_000_000);
        int doublings = millis == 1 ? 0 : 64 - Long.numberOfLeadingZeros(millis - 1);
        List<Rejected<?>> doubled = requireNonNull(ALL.get(reason));
        return (Rejected<O>) doubled.get(Math.min(DOUBLINGS - 1, doublings));
    }
}
