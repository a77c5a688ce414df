package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;
import static dev.mneme.memory.redis.stream.StreamEntry.text;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Erases a tenant's events from a stream and its dead letters, page by page. */
final class StreamErasure {

    private static final int PAGE = 500;

    private final StreamCalls calls;

    StreamErasure(StreamCalls calls) {
        this.calls = calls;
    }

    /** Answers how many events there were, each counted once. */
    int erase(Tenant tenant, Collection<String> groups) {
        Set<UUID> erased = new HashSet<>();
        for (Priority priority : Ranks.ALL) {
            erase(tenant, calls.keys().entries(priority), erased);
        }
        for (String group : groups) {
            erase(tenant, calls.keys().dead(group), erased);
        }
        return erased.size();
    }

    private void erase(Tenant tenant, String key, Set<UUID> erased) {
        String after = "0-0";
        while (!after.isEmpty()) {
            List<?> answer = calls.askList(
                    StreamScript.ERASE,
                    new String[] {key},
                    bytes(tenant.id()),
                    bytes(after),
                    bytes(PAGE),
                    bytes(calls.keys().bell()));
            after = text(answer.get(0));
            for (Object id : (List<?>) answer.get(1)) {
                erased.add(StreamEntry.uuid((byte[]) id));
            }
        }
    }
}
