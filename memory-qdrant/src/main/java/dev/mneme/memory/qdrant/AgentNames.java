package dev.mneme.memory.qdrant;

import dev.mneme.AgentKey;
import dev.mneme.KeyPath;
import io.qdrant.client.grpc.Common.Filter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which agents there are. A server can order points by numbers only, so each page looks at all names; they are written beside
 * the first record, and stay until the tenant is erased.
 */
final class AgentNames {

    private final StoredPoints points;
    private final Instant now;

    AgentNames(StoredPoints points, Instant now) {
        this.points = points;
        this.now = now;
    }

    /** Those that have records, behind {@code after} in the order of their keys. */
    List<AgentKey> page(Optional<AgentKey> after, int limit) {
        SortedSet<String> keys = new TreeSet<>();
        Filter names = Filter.newBuilder()
                .addMust(Conditions.is(Schema.AGENT, Schema.AGENTS))
                .build();
        points.scroll(names, List.of(Schema.NAMED), Integer.MAX_VALUE).forEach(point -> {
            String key = PointCodec.string(point.getPayloadMap(), Schema.NAMED);
            if (after.isEmpty() || key.compareTo(after.get().key()) > 0) {
                keys.add(key);
            }
        });
        List<AgentKey> agents = keys.stream()
                .map(KeyPath::split)
                .map(parts -> AgentKey.of(parts.get(0), parts.get(1)))
                .toList();
        var page = new ArrayList<AgentKey>();
        for (int from = 0; from < agents.size() && page.size() < limit; from += limit) {
            List<AgentKey> some = agents.subList(from, Math.min(from + limit, agents.size()));
            List<Long> counts = points.counts(
                    some.stream().map(agent -> Mine.present(agent, now)).toList());
            for (int i = 0; i < some.size() && page.size() < limit; i++) {
                if (counts.get(i) > 0) {
                    page.add(some.get(i));
                }
            }
        }
        return page;
    }
}
