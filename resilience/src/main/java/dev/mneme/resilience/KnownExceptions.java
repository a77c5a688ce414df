package dev.mneme.resilience;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The classes of the exceptions that the JDK and this package throw. */
final class KnownExceptions {

    private KnownExceptions() {}

    static @Nullable Fault find(Throwable error) {
        if (error instanceof CallRefusedException refused) {
            return refused(refused);
        }
        ErrorClass errorClass = classOf(error);
        return errorClass == null ? null : Fault.of(errorClass);
    }

    private static Fault refused(CallRefusedException refused) {
        ErrorClass errorClass = switch (refused.reason()) {
            case BREAKER_OPEN, BULKHEAD_FULL -> ErrorClass.OVERLOADED;
            case RATE_LIMITED -> ErrorClass.RATE_LIMITED;
            case DEADLINE_PASSED -> ErrorClass.TIMEOUT;
            case INTERRUPTED -> ErrorClass.CANCELLED;
        };
        return new Fault(errorClass, refused.retryAfter(), false);
    }

    private static @Nullable ErrorClass classOf(Throwable error) {
        if (error instanceof CallTimeoutException
                || error instanceof TimeoutException
                || error instanceof HttpTimeoutException
                || error instanceof SocketTimeoutException) {
            return ErrorClass.TIMEOUT;
        }
        if (error instanceof InterruptedException
                || error instanceof CancellationException
                || error instanceof ClosedByInterruptException
                || error instanceof InterruptedIOException) {
            return ErrorClass.CANCELLED;
        }
        if (error instanceof IOException) {
            return ErrorClass.NETWORK;
        }
        if (error instanceof IllegalArgumentException) {
            return ErrorClass.BAD_REQUEST;
        }
        return error instanceof SQLException sql ? ofSql(sql) : null;
    }

    private static ErrorClass ofSql(SQLException error) {
        if (error instanceof SQLTimeoutException) {
            return ErrorClass.TIMEOUT;
        }
        if (error instanceof SQLTransientConnectionException) {
            return ErrorClass.NETWORK;
        }
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        if (state.equals("57014")) {
            return ErrorClass.TIMEOUT;
        }
        String group = state.length() < 2 ? "" : state.substring(0, 2);
        return switch (group) {
            // connection lost; the server is being shut down
            case "08", "57" -> ErrorClass.NETWORK;
            case "28" -> ErrorClass.AUTH;
            // deadlock or serialization failure: the transaction may be repeated
            case "40" -> ErrorClass.SERVER;
            case "53" -> ErrorClass.OVERLOADED;
            // bad data, violated constraint, wrong statement
            case "22", "23", "42" -> ErrorClass.BAD_REQUEST;
            default -> ErrorClass.UNKNOWN;
        };
    }
}
