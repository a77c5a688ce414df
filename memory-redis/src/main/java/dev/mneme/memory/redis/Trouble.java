package dev.mneme.memory.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisLoadingException;
import io.lettuce.core.RedisReadOnlyException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What a failure means, in one line for an operator. The client's own messages are not passed on: they may name
 * addresses with passwords, or keys.
 */
final class Trouble {

    /** A server that answers, and cannot be used as it is set up. */
    static final class Unusable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Unusable(String line) {
            super(line, null, false, false);
        }
    }

    static final String NO_ANSWER = "Redis does not answer in time";

    private Trouble() {}

    /** The failure itself, without what futures wrap around it. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Whether a failure says that the server is away, rather than that it did not like one call. */
    static boolean isAway(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof RedisLoadingException || cause instanceof RedisReadOnlyException) {
            return true;
        }
        if (!(cause instanceof RedisCommandExecutionException)) {
            return true;
        }
        String error = String.valueOf(cause.getMessage());
        return error.startsWith("MASTERDOWN")
                || error.startsWith("CLUSTERDOWN")
                || error.startsWith("NOAUTH")
                || error.startsWith("READONLY")
                || error.startsWith("LOADING");
    }

    static String line(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String line = known(cause);
            if (line != null) {
                return line;
            }
        }
        return "Redis cannot be used: " + cause(failure).getClass().getSimpleName();
    }

    private static @Nullable String known(Throwable cause) {
        if (cause instanceof Unusable) {
            return cause.getMessage();
        }
        if (cause instanceof SSLException) {
            return "TLS with Redis failed: check the certificate, and that the port speaks TLS";
        }
        if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
            return "Redis cannot be reached";
        }
        if (cause instanceof TimeoutException || cause instanceof RedisCommandTimeoutException) {
            return NO_ANSWER;
        }
        return cause instanceof RuntimeException ? ofError(String.valueOf(cause.getMessage())) : null;
    }

    private static @Nullable String ofError(String error) {
        if (error.startsWith("WRONGPASS") || error.startsWith("ERR invalid password")) {
            return "Redis refuses the user or the password";
        }
        if (error.startsWith("NOAUTH")) {
            return "Redis asks for a password";
        }
        if (error.startsWith("NOPERM")) {
            return "Redis forbids this user what is needed: allow the commands of its keys, scripts, PUBLISH and SUBSCRIBE";
        }
        if (error.startsWith("NOPROTO") || error.startsWith("ERR unknown command `HELLO`")) {
            return "Redis 6.2 or newer is needed, this one is older";
        }
        if (error.startsWith("LOADING")) {
            return "Redis is loading its data";
        }
        if (error.startsWith("READONLY") || error.startsWith("MASTERDOWN")) {
            return "Redis is a replica here: its master is needed";
        }
        if (error.startsWith("CLUSTERDOWN")) {
            return "the Redis cluster is down in part";
        }
        // before Redis 7 an error within a script comes with the script's own words around it
        if (error.startsWith("OOM") || error.contains("-OOM command not allowed")) {
            return "Redis is out of memory";
        }
        if (error.startsWith("Cannot provide redisAddress using sentinel")) {
            return "no Sentinel names a master";
        }
        return error.startsWith("Connection disconnected") || error.startsWith("Connection closed")
                ? "the connection to Redis was lost"
                : null;
    }
}
