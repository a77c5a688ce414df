package dev.mneme.resilience;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The counters behind {@link PolicyNumbers}. */
final class PolicyCounters {

    final LongAdder calls = new LongAdder();
    final LongAdder attempts = new LongAdder();
    final LongAdder fallbacks = new LongAdder();
    final LongAdder refusedByDeadline = new LongAdder();
    final LongAdder refusedByRateLimit = new LongAdder();
    private final Map<ErrorClass, LongAdder> failures = new EnumMap<>(ErrorClass.class);

    PolicyCounters() {
        for (ErrorClass errorClass : ErrorClass.values()) {
            failures.put(errorClass, new LongAdder());
        }
    }

    void failed(Fault fault) {
        LongAdder counter = failures.get(fault.errorClass());
        if (fault.made() && counter != null) {
            counter.increment();
        }
    }

    PolicyNumbers numbers(String name, RetryNumbers retry) {
        Map<ErrorClass, Long> byClass = new EnumMap<>(ErrorClass.class);
        failures.forEach((errorClass, count) -> byClass.put(errorClass, count.sum()));
        return new PolicyNumbers(
                name,
                calls.sum(),
                attempts.sum(),
                fallbacks.sum(),
                refusedByDeadline.sum(),
                refusedByRateLimit.sum(),
                byClass,
                retry);
    }
}
