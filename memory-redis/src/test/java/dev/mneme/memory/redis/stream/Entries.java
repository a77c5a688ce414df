package dev.mneme.memory.redis.stream;

import dev.mneme.events.Priority;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.internal.RedisCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Reads what stands in a stream. */
final class Entries {

    private Entries() {}

    /** The ids of all events of one priority, in their order. */
    static List<UUID> of(Redis redis, String stream, Priority priority) {
        var keys = new StreamKeys("default", stream);
        var calls = new StreamCalls(RedisCalls.of(redis), stream, keys);
        List<UUID> ids = new ArrayList<>();
        // the same script reads any stream
        for (Object entry : calls.askList(
                StreamScript.LETTERS,
                new String[] {keys.entries(priority)},
                StreamCalls.bytes("0-0"),
                StreamCalls.bytes(100_000))) {
            ids.add(StreamEntry.of(priority, (List<?>) entry).event().id());
        }
        return ids;
    }
}
