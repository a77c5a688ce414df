package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import java.util.concurrent.CompletionStage;

/** A script that runs in Redis, called by its digest. What each promises stands in its file. */
enum Script {
    LEASE("lease", ScriptOutputType.MULTI),
    FILL("fill", ScriptOutputType.INTEGER),
    RELEASE("release", ScriptOutputType.INTEGER),
    INVALIDATE("invalidate", ScriptOutputType.INTEGER),
    VERSION("version", ScriptOutputType.STATUS),
    HISTORY_APPEND("history-append", ScriptOutputType.MULTI),
    HISTORY_RECENT("history-recent", ScriptOutputType.MULTI),
    HISTORY_WRITE_BACK("history-write-back", ScriptOutputType.MULTI),
    HISTORY_CLEAR("history-clear", ScriptOutputType.MULTI),
    HISTORY_ERASE("history-erase", ScriptOutputType.MULTI);

    private final String text;
    private final String digest;
    private final ScriptOutputType output;

    Script(String name, ScriptOutputType output) {
        this.text = read(name + ".lua");
        this.digest = sha1(text);
        this.output = output;
    }

    /**
     * Runs it. A server that does not know the digest has run nothing, and is then sent the whole text, once.
     *
     * @param arguments the script's ARGV
     */
    <T> CompletionStage<T> run(RedisClusterAsyncCommands<String, byte[]> commands, String[] keys, byte[]... arguments) {
        CompletionStage<T> called = commands.evalsha(digest, output, keys, arguments);
        var answer = new CompletableFuture<T>();
        called.whenComplete((result, failure) -> {
            if (failure == null) {
                answer.complete(result);
            } else if (Trouble.cause(failure) instanceof RedisNoScriptException) {
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

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static String read(String file) {
        try (InputStream in = Script.class.getResourceAsStream(file)) {
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
