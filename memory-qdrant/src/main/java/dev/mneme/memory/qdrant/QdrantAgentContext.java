package dev.mneme.memory.qdrant;

import static dev.mneme.memory.qdrant.Calls.What.READ;
import static dev.mneme.memory.qdrant.Calls.What.WRITE;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Scroll;
import dev.mneme.memory.context.spi.Search;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.PointsUpdateOperation;
import io.qdrant.client.grpc.Points.PointsUpdateOperation.DeletePoints;
import io.qdrant.client.grpc.Points.PointsUpdateOperation.PointStructList;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** One agent's view of the store. Holds nothing but its key. */
final class QdrantAgentContext implements AgentContext {

    private final QdrantContextStore store;
    private final AgentKey key;

    QdrantAgentContext(QdrantContextStore store, AgentKey key) {
        this.store = store;
        this.key = key;
    }

    @Override
    public AgentKey key() {
        return key;
    }

    @Override
    public Added add(Interaction interaction) {
        Additions additions = addAll(List.of(interaction));
        if (additions.older() > 0) {
            return Added.OLDER;
        }
        return additions.replaced() > 0 ? Added.REPLACED : Added.NEW;
    }

    @Override
    public Additions addAll(Collection<Interaction> interactions) {
        List<Draft> drafts = store.intake().drafts(interactions);
        store.calls().checkOpen();
        Additions additions = Additions.none();
        for (List<Draft> batch : Batches.of(drafts)) {
            Additions sofar = additions;
            additions = store.withinDeadline(() -> store.locks().whileHeld(key, () -> put(batch, sofar)));
        }
        return additions;
    }

    private Additions put(List<Draft> batch, Additions sofar) {
        Instant now = store.intake().now();
        Map<String, Instant> times = storedTimes(batch, now);
        Map<String, Draft> staged = new LinkedHashMap<>();
        Additions additions = sofar;
        for (Draft draft : batch) {
            String id = draft.interaction().id();
            Instant time = timeOf(draft);
            Instant there = times.get(id);
            if (there != null && there.isAfter(time)) {
                additions = additions.and(Added.OLDER);
            } else {
                staged.put(id, draft);
                times.put(id, time);
                additions = additions.and(there == null ? Added.NEW : Added.REPLACED);
            }
        }
        if (!staged.isEmpty()) {
            changing(() -> store.points().update(operations(staged.values(), now)));
        }
        return additions;
    }

    private Map<String, Instant> storedTimes(List<Draft> batch, Instant now) {
        Set<UUID> ids = new LinkedHashSet<>();
        batch.forEach(draft -> ids.add(Names.pointId(key, draft.interaction().id())));
        Map<String, Instant> times = new HashMap<>();
        for (RetrievedPoint point : store.points().find(Mine.present(key, now), ids, List.of(Schema.RECORD), false)) {
            Interaction there = RecordCodec.decode(PointCodec.string(point.getPayloadMap(), Schema.RECORD));
            times.put(there.id(), there.time().orElseThrow());
        }
        return times;
    }

    private static Instant timeOf(Draft draft) {
        return draft.interaction().time().orElseThrow();
    }

    /**
     * What has ended is removed, and the agent named, which an erasure may have undone meanwhile; then each record is written unless one is there that is newer and has not ended, which is
     * for the server to see, since another process may have written it just now. Records of one time make one operation.
     */
    private List<PointsUpdateOperation> operations(Collection<Draft> drafts, Instant now) {
        Map<Instant, PointStructList.Builder> byTime = new LinkedHashMap<>();
        for (Draft draft : drafts) {
            byTime.computeIfAbsent(
                            timeOf(draft),
                            time -> PointStructList.newBuilder().setUpdateFilter(notNewerThan(time, now)))
                    .addPoints(PointCodec.point(key, draft));
        }
        var operations = new ArrayList<PointsUpdateOperation>();
        operations.add(PointsUpdateOperation.newBuilder()
                .setDeletePoints(DeletePoints.newBuilder()
                        .setPoints(PointsSelector.newBuilder().setFilter(Mine.ended(key, now))))
                .build());
        operations.add(PointsUpdateOperation.newBuilder()
                .setUpsert(PointStructList.newBuilder().addPoints(PointCodec.named(key)))
                .build());
        byTime.values()
                .forEach(points -> operations.add(
                        PointsUpdateOperation.newBuilder().setUpsert(points).build()));
        return operations;
    }

    private io.qdrant.client.grpc.Common.Filter notNewerThan(Instant time, Instant now) {
        return io.qdrant.client.grpc.Common.Filter.newBuilder()
                .addMust(Mine.is(key))
                .addMust(Conditions.any(List.of(
                        SplitNumber.of(time.toEpochMilli()).isAbove(Schema.TIME, Schema.TIME_REST, true),
                        Mine.ended(now))))
                .build();
    }

    /** Makes a change, before and after which nothing that was counted is good any more. */
    private void changing(Runnable change) {
        store.numbers().changes(key);
        try {
            change.run();
        } finally {
            store.numbers().changes(key);
        }
    }

    @Override
    public Optional<Interaction> find(String id) {
        return store.withinDeadline(() -> present(id, Schema.WHOLE)
                .map(point -> PointCodec.whole(point.getPayloadMap()))
                .filter(found -> found.id().equals(id)));
    }

    private Optional<RetrievedPoint> present(String id, List<String> payload) {
        return store.points().find(presentNow(), List.of(Names.pointId(key, id)), payload, false).stream()
                .findFirst();
    }

    private io.qdrant.client.grpc.Common.Filter presentNow() {
        return Mine.present(key, store.intake().now());
    }

    @Override
    public Hits search(ContextQuery query) {
        Search search = store.intake().search(query);
        return store.withinDeadline(
                () -> new LegSearch(store.points(), store.numbers(), store.intake(), key, search).hits());
    }

    @Override
    public boolean delete(String id) {
        return store.withinDeadline(() -> store.locks().whileHeld(key, () -> {
            boolean isThere = present(id, List.of()).isPresent();
            if (isThere) {
                io.qdrant.client.grpc.Common.Filter record = Mine.all(key).toBuilder()
                        .addMust(Conditions.hasId(List.of(Names.pointId(key, id))))
                        .build();
                changing(() -> store.points().delete(WRITE, record));
            }
            return isThere;
        }));
    }

    @Override
    public long clear() {
        return store.withinDeadline(() -> store.locks().whileHeld(key, () -> {
            long records = store.points().count(WRITE, presentNow());
            changing(() -> store.points().delete(WRITE, Mine.all(key)));
            return records;
        }));
    }

    @Override
    public long count() {
        return store.withinDeadline(() -> store.points().count(READ, presentNow()));
    }

    @Override
    public long count(Filter filter) {
        return store.withinDeadline(() -> {
            Instant now = store.intake().now();
            io.qdrant.client.grpc.Common.Filter mine = Mine.present(key, now);
            io.qdrant.client.grpc.Common.Filter matching = Mine.matching(key, mine, Optional.of(filter));
            Set<String> keys = Mine.metaKeys(filter);
            if (!keys.isEmpty()) {
                Numbers numbers = store.numbers().get(key, mine, now, Set.of(), keys);
                Intake.checkKinds(filter, numbers::kinds);
            }
            return store.points().count(READ, matching);
        });
    }

    @Override
    public List<Interaction> scroll(int limit) {
        return scroll(Optional.empty(), limit);
    }

    @Override
    public List<Interaction> scroll(Interaction after, int limit) {
        return scroll(Optional.of(after), limit);
    }

    private List<Interaction> scroll(Optional<Interaction> after, int limit) {
        var page = new Scroll(after, limit);
        return store.withinDeadline(() -> new Page(store.points(), key, presentNow()).fill(page, after, limit));
    }

    @Override
    public <T> CompletionStage<T> async(Supplier<T> call) {
        return store.asyncCalls().run(call);
    }
}
