package dev.mneme.bus;

import dev.mneme.bus.ContextCarrier.Captured;
import dev.mneme.bus.ContextCarrier.Scope;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The MDC of the submitting thread, on the threads of the attempts. */
final class MdcCarrier {

    private static final Captured EMPTY = () -> bind(null);

    private MdcCarrier() {}

    static Captured capture() {
        Map<String, String> captured = MDC.getCopyOfContextMap();
        return captured == null || captured.isEmpty() ? EMPTY : () -> bind(captured);
    }

    private static Scope bind(@Nullable Map<String, String> context) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        set(context);
        return () -> set(before);
    }

    private static void set(@Nullable Map<String, String> context) {
        if (context == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(context);
        }
    }
}
