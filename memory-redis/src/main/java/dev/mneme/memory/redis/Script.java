package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mneme.memory.redis.internal.LuaScript;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
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
    HISTORY_ERASE("history-erase", ScriptOutputType.MULTI),
    LOCK("lock", ScriptOutputType.MULTI),
    RENEW("renew", ScriptOutputType.INTEGER),
    SESSIONS("sessions", ScriptOutputType.MULTI),
    SESSION_NUMBERS("sessions", ScriptOutputType.INTEGER),
    LIMIT("limit", ScriptOutputType.MULTI);

    @SuppressWarnings("ImmutableEnumChecker") // it is, as a String is
    private final LuaScript lua;

    Script(String name, ScriptOutputType output) {
        this.lua = LuaScript.load(Script.class, output, name + ".lua");
    }

    /**
     * Runs it. A server that does not know the digest has run nothing, and is then sent the whole text, once.
     *
     * @param arguments the script's ARGV
     */
    <T> CompletionStage<T> run(RedisClusterAsyncCommands<String, byte[]> commands, String[] keys, byte[]... arguments) {
        return lua.run(commands, keys, arguments);
    }

    static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
