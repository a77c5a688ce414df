package dev.mneme.memory.redis.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.MnemeException;
import dev.mneme.events.stream.StreamUnreachableException;
import dev.mneme.memory.redis.internal.RedisCalls;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs scripts and waits for their answers, for a second longer than the client does at most. */
final class StreamCalls {

    /** There was no answer, or no call: it may have been done, or may be done later. */
    static final class Unanswered extends Exception {

        private static final long serialVersionUID = 1L;

        Unanswered(String line) {
            super(line, null, false, false);
        }
    }

    private final RedisCalls calls;
    private final String stream;
    private final StreamKeys keys;

    StreamCalls(RedisCalls calls, String stream, StreamKeys keys) {
        this.calls = calls;
        this.stream = stream;
        this.keys = keys;
    }

    RedisCalls redis() {
        return calls;
    }

    StreamKeys keys() {
        return keys;
    }

    String stream() {
        return stream;
    }

    /** For callers that must be told. */
    List<?> askList(StreamScript script, String[] on, byte[]... arguments) {
        try {
            return tryAskList(script, on, arguments);
        } catch (Unanswered e) {
            throw told(e);
        }
    }

    /** The same for a script that gives a number. */
    long askLong(StreamScript script, String[] on, byte[]... arguments) {
        try {
            return tryAskLong(script, on, arguments);
        } catch (Unanswered e) {
            throw told(e);
        }
    }

    List<?> tryAskList(StreamScript script, String[] on, byte[]... arguments) throws Unanswered {
        return await(calls.<List<?>>run(script.lua(), on, arguments));
    }

    long tryAskLong(StreamScript script, String[] on, byte[]... arguments) throws Unanswered {
        return await(calls.<Long>run(script.lua(), on, arguments));
    }

    private StreamUnreachableException told(Unanswered e) {
        return told(stream, e);
    }

    private <T> T await(CompletionStage<T> answer) throws Unanswered {
        return await(calls, answer);
    }

    static StreamUnreachableException told(String stream, Unanswered e) {
        // without the client's own exception, whose message may hold keys
        return new StreamUnreachableException(stream, new MnemeException(String.valueOf(e.getMessage())));
    }

    static <T> T await(RedisCalls calls, CompletionStage<T> answer) throws Unanswered {
        try {
            return answer.toCompletableFuture().get(calls.timeout().toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unanswered("interrupted while waiting for Redis");
        } catch (ExecutionException | TimeoutException e) {
            throw new Unanswered(calls.line(e));
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static byte[] bytes(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
