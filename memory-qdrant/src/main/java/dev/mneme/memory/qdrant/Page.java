package dev.mneme.memory.qdrant;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Scroll;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One page of an agent's memory, the oldest first. The server orders by time, and gives records of one time in an order of
 * its own; so those at the two ends of the page are read whole, however many they are.
 */
final class Page {

    private final StoredPoints points;
    private final AgentKey agent;
    private final Filter mine;
    private final Map<String, Interaction> read = new HashMap<>();

    Page(StoredPoints points, AgentKey agent, Filter mine) {
        this.points = points;
        this.agent = agent;
        this.mine = mine;
    }

    List<Interaction> fill(Scroll page, Optional<Interaction> after, int limit) {
        Range.Builder later = Range.newBuilder();
        if (after.isPresent()) {
            double begin = time(after.get());
            readAt(begin);
            later.setGt(begin);
        }
        Filter behind = after.isPresent()
                ? mine.toBuilder()
                        .addMust(Conditions.range(Schema.TIME, later.build()))
                        .build()
                : mine;
        List<RetrievedPoint> next = points.first(behind, Schema.TIME, List.of(Schema.RECORD), limit);
        next.forEach(this::take);
        if (next.size() == limit) {
            readAt(time(interaction(next.get(limit - 1))));
        }
        read.values().forEach(page::offer);
        return whole(page.page());
    }

    private void readAt(double time) {
        Range at = Range.newBuilder().setGte(time).setLte(time).build();
        Filter filter =
                mine.toBuilder().addMust(Conditions.range(Schema.TIME, at)).build();
        points.scroll(filter, List.of(Schema.RECORD), Integer.MAX_VALUE).forEach(this::take);
    }

    private void take(RetrievedPoint point) {
        Interaction interaction = interaction(point);
        read.put(interaction.id(), interaction);
    }

    private static Interaction interaction(RetrievedPoint point) {
        return RecordCodec.decode(PointCodec.string(point.getPayloadMap(), Schema.RECORD));
    }

    private static double time(Interaction interaction) {
        return SplitNumber.of(interaction.time().orElseThrow().toEpochMilli()).value();
    }

    private List<Interaction> whole(List<Interaction> page) {
        List<UUID> ids = page.stream()
                .map(interaction -> Names.pointId(agent, interaction.id()))
                .toList();
        Map<String, Interaction> whole = new HashMap<>();
        for (RetrievedPoint point : points.find(mine, ids, Schema.WHOLE, false)) {
            Interaction interaction = PointCodec.whole(point.getPayloadMap());
            whole.put(interaction.id(), interaction);
        }
        // one that was deleted since it was read is left out
        return page.stream()
                .flatMap(interaction -> Optional.ofNullable(whole.get(interaction.id())).stream())
                .toList();
    }
}
