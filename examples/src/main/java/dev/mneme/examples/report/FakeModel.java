package dev.mneme.examples.report;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A model that takes its time, and knows nothing of some topics. */
final class FakeModel {

    private static final int STEPS = 4;

    private final Duration step;
    private final String unknown;

    FakeModel(Duration step, String unknown) {
        this.step = step;
        this.unknown = unknown;
    }

    /** A call that ends after the timeout; nothing is asked before {@link Call#execute}. */
    Call newCall(String prompt, Duration timeout) {
        return new Call(prompt, System.nanoTime() + timeout.toNanos());
    }

    /** Told how much of an answer is there. */
    @FunctionalInterface
    interface Listener {

        void heard(double fraction);
    }

    /** One answer to come. To close it is to hang up: the model is not paid for words that nobody reads. */
    final class Call implements AutoCloseable {

        private final String prompt;
        private final long endNanos;
        private final CountDownLatch closed = new CountDownLatch(1);

        private Call(String prompt, long endNanos) {
            this.prompt = prompt;
            this.endNanos = endNanos;
        }

        String execute(Listener listener) throws IOException, InterruptedException {
            for (int i = 1; i <= STEPS; i++) {
                if (closed.await(step.toNanos(), TimeUnit.NANOSECONDS)) {
                    throw new IOException("the call was closed");
                }
                if (System.nanoTime() - endNanos > 0) {
                    throw new IOException("the call took too long");
                }
                listener.heard((double) i / STEPS);
            }
            if (prompt.contains(unknown)) {
                throw new UnknownTopicException();
            }
            return "What is known of " + prompt + ".";
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    /** To ask again is of no use. */
    static final class UnknownTopicException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnknownTopicException() {
            super("the model knows nothing of this topic");
        }
    }
}
