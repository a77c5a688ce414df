package dev.mneme.memory.redis.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

/** The text of a script that runs in Redis, called by its digest. Safe for use by many threads. */
public final class LuaScript {

    private final String text;
    private final String digest;
    private final ScriptOutputType output;

    private LuaScript(String text, ScriptOutputType output) {
        this.text = text;
        this.digest = sha1(text);
        this.output = output;
    }

    /**
     * A script from files that stand beside a class, one after the other.
     *
     * @throws IllegalStateException if a file is missing from the jar
     */
    public static LuaScript load(Class<?> beside, ScriptOutputType output, String... files) {
        var text = new StringBuilder();
        for (String file : files) {
            text.append(read(beside, file));
        }
        return new LuaScript(text.toString(), output);
    }

    /**
     * Runs it. A server that does not know the digest has run nothing, and is then sent the whole text, once.
     *
     * @param arguments the script's ARGV
     */
    public <T> CompletionStage<T> run(
            RedisClusterAsyncCommands<String, byte[]> commands, String[] keys, byte[]... arguments) {
        CompletionStage<T> called = commands.evalsha(digest, output, keys, arguments);
        var answer = new CompletableFuture<T>();
        called.whenComplete((result, failure) -> {
            if (failure == null) {
                answer.complete(result);
            } else if (cause(failure) instanceof RedisNoScriptException) {
                CompletionStage<T> again = commands.eval(text, output, keys, arguments);
                again.whenComplete((late, second) -> {
                    if (second == null) {
                        answer.complete(late);
                    } else {
                        answer.completeExceptionally(second);
                    }
                });
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String read(Class<?> beside, String file) {
        try (InputStream in = beside.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("a script is missing from the jar: " + file);
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(String text) {
        try {
            // what Redis calls a script by; nothing is kept safe by it
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
