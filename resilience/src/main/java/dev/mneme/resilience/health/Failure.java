package dev.mneme.resilience.health;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * An exception in a few words that are ours. Its own message is never among them: clients like to quote the request.
 */
final class Failure {

    private static final int DEEPEST_CAUSE = 16;
    private static final Map<Class<? extends Throwable>, String> WORDS = new LinkedHashMap<>();

    static {
        WORDS.put(UnknownHostException.class, "unknown host");
        WORDS.put(NoRouteToHostException.class, "no route to host");
        WORDS.put(SocketTimeoutException.class, "timed out");
        WORDS.put(TimeoutException.class, "timed out");
        WORDS.put(SSLException.class, "TLS failed");
        WORDS.put(ClosedChannelException.class, "connection closed");
    }

    private Failure() {}

    /** The first cause that has words, or else the class of the failure. */
    static String words(Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            String words = known(cause);
            if (!words.isEmpty()) {
                return words;
            }
            cause = cause.getCause();
        }
        String name = failure.getClass().getSimpleName();
        return name.isEmpty() ? "failed" : name;
    }

    private static String known(Throwable cause) {
        if (cause instanceof ConnectException) {
            return isRefusal(cause) ? "connection refused" : "cannot connect";
        }
        for (Map.Entry<Class<? extends Throwable>, String> entry : WORDS.entrySet()) {
            if (entry.getKey().isInstance(cause)) {
                return entry.getValue();
            }
        }
        return "";
    }

    // the JDK gives a refusal and other failures to connect one type, and tells them apart in the message only
    private static boolean isRefusal(Throwable cause) {
        String message = cause.getMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains("refused");
    }
}
