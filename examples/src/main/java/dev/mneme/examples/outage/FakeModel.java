package dev.mneme.examples.outage;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A language model that does what the story asks of it. */
final class FakeModel {

    @FunctionalInterface
    private interface Mood {
        String answer(String question) throws Exception;
    }

    private volatile Mood mood = question -> "answer to " + question;

    String answer(String question) throws Exception {
        return mood.answer(question);
    }

    void isWell() {
        mood = question -> "answer to " + question;
    }

    void isDown() {
        mood = question -> {
            throw new ModelException(500, Map.of());
        };
    }

    /** Every question is one too many. */
    void throttles() {
        mood = question -> {
            throw new ModelException(429, Map.of());
        };
    }

    void throttlesAndSaysForHowLong(long seconds) {
        var headers = Map.of("Retry-After", List.of(Long.toString(seconds)));
        mood = question -> {
            throw new ModelException(429, headers);
        };
    }

    /** Is well again, but the next answers do not come before {@code mayAnswer}. */
    void thinks(CountDownLatch thinking, CountDownLatch mayAnswer) {
        mood = question -> {
            thinking.countDown();
            mayAnswer.await();
            return "answer to " + question;
        };
    }
}
