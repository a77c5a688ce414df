package dev.mneme.memory.redis.stream;

import dev.mneme.memory.redis.internal.LuaScript;
import io.lettuce.core.ScriptOutputType;

/** A script of the streams and replay buffers. What each promises stands in its file. */
enum StreamScript {
    APPEND(ScriptOutputType.MULTI, "finished.lua", "append.lua"),
    RESUME(ScriptOutputType.MULTI, "resume.lua"),
    JOIN(ScriptOutputType.INTEGER, "join.lua"),
    TAKE(ScriptOutputType.MULTI, "take.lua"),
    OWN(ScriptOutputType.MULTI, "own.lua"),
    HOLD(ScriptOutputType.MULTI, "hold.lua"),
    RECLAIM(ScriptOutputType.MULTI, "reclaim.lua"),
    RELEASE(ScriptOutputType.INTEGER, "release.lua"),
    BURY(ScriptOutputType.INTEGER, "bury.lua"),
    LETTERS(ScriptOutputType.MULTI, "letters.lua"),
    REDRIVE(ScriptOutputType.INTEGER, "redrive.lua"),
    DISCARD(ScriptOutputType.INTEGER, "discard.lua"),
    ERASE(ScriptOutputType.MULTI, "finished.lua", "erase.lua"),
    TRIM(ScriptOutputType.INTEGER, "finished.lua", "trim.lua"),
    MONITOR(ScriptOutputType.MULTI, "finished.lua", "monitor.lua"),
    DEAD(ScriptOutputType.MULTI, "dead.lua"),
    SWEEP(ScriptOutputType.INTEGER, "finished.lua", "sweep.lua"),
    DROP(ScriptOutputType.INTEGER, "drop.lua"),
    REWIND(ScriptOutputType.INTEGER, "rewind.lua"),
    REPLAY_APPEND(ScriptOutputType.MULTI, "session.lua", "replay-append.lua"),
    REPLAY_LOOK(ScriptOutputType.MULTI, "session.lua", "replay-look.lua"),
    REPLAY_ERASE(ScriptOutputType.INTEGER, "replay-erase.lua"),
    TELL(ScriptOutputType.INTEGER, "tell.lua");

    @SuppressWarnings("ImmutableEnumChecker") // it is, as a String is
    private final LuaScript lua;

    StreamScript(ScriptOutputType output, String... files) {
        this.lua = LuaScript.load(StreamScript.class, output, files);
    }

    LuaScript lua() {
        return lua;
    }
}
