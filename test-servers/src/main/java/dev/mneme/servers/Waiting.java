package dev.mneme.servers;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Bounded waits for what a server does in its own time. */
final class Waiting {

    private static final long PAUSE_MILLIS = 5;

    private Waiting() {}

    /**
     * Asks again and again until the answer is true. A {@link ServerException} of the question counts as no.
     *
     * @return whether it became true in time
     * @throws ServerException if interrupted, with the interrupt kept
     */
    static boolean until(Duration timeout, BooleanSupplier question) {
        long end = System.nanoTime() + timeout.toNanos();
        while (!answer(question)) {
            if (end - System.nanoTime() <= 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    private static boolean answer(BooleanSupplier question) {
        try {
            return question.getAsBoolean();
        } catch (ServerException notYet) {
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerException("interrupted while waiting for a server", e);
        }
    }
}
