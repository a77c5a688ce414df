package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Collections.CollectionConfig;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CollectionParams;
import io.qdrant.client.grpc.Collections.CollectionStatus;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.OptimizerStatus;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.Common.Filter;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A collection: its settings, its indexes, and its points by id. Guarded by the lock of {@link Storage}. */
final class StoredCollection {

    /** The most points of one collection. */
    static final int MAX_POINTS = 2_000_000;

    private final VectorShapes shapes;
    private final NavigableMap<PointKey, StoredPoint> points = new TreeMap<>();
    private final Map<String, FieldIndex> indexes = new TreeMap<>();
    private CollectionConfig config;

    StoredCollection(CreateCollection request) {
        this.shapes = new VectorShapes(request);
        this.config = configOf(request);
    }

    VectorShapes shapes() {
        return shapes;
    }

    Map<String, FieldIndex> indexes() {
        return indexes;
    }

    NavigableMap<PointKey, StoredPoint> points() {
        return points;
    }

    @Nullable
    StoredPoint point(PointKey key) {
        return points.get(key);
    }

    /**
     * Puts a point in, or takes one out.
     *
     * @param after null to take it out
     * @throws io.grpc.StatusRuntimeException RESOURCE_EXHAUSTED if there were more than {@value #MAX_POINTS} points
     */
    void put(PointKey key, @Nullable StoredPoint after) {
        if (after == null) {
            points.remove(key);
            return;
        }
        if (points.size() >= MAX_POINTS && !points.containsKey(key)) {
            throw Refusals.exhausted("the Qdrant double holds at most " + MAX_POINTS + " points in a collection");
        }
        points.put(key, after);
    }

    Predicate<StoredPoint> condition(Filter filter) {
        return Conditions.of(filter, indexes);
    }

    /** The points that satisfy a filter, by id. */
    Stream<StoredPoint> matching(Filter filter) {
        return points.values().stream().filter(condition(filter));
    }

    /** Changes what a request names; the vectors cannot be changed. */
    void update(UpdateCollection request) {
        CollectionConfig.Builder changed = config.toBuilder().putAllMetadata(request.getMetadataMap());
        if (request.hasHnswConfig()) {
            changed.mergeHnswConfig(request.getHnswConfig());
        }
        if (request.hasOptimizersConfig()) {
            changed.mergeOptimizerConfig(request.getOptimizersConfig());
        }
        if (request.hasStrictModeConfig()) {
            changed.mergeStrictModeConfig(request.getStrictModeConfig());
        }
        if (request.getParams().hasReplicationFactor()) {
            changed.getParamsBuilder().setReplicationFactor(request.getParams().getReplicationFactor());
        }
        if (request.getParams().hasWriteConsistencyFactor()) {
            changed.getParamsBuilder()
                    .setWriteConsistencyFactor(request.getParams().getWriteConsistencyFactor());
        }
        config = changed.build();
    }

    CollectionInfo info() {
        CollectionInfo.Builder info = CollectionInfo.newBuilder()
                .setStatus(CollectionStatus.Green)
                .setOptimizerStatus(OptimizerStatus.newBuilder().setOk(true))
                .setSegmentsCount(1)
                .setPointsCount(points.size())
                .setIndexedVectorsCount(0)
                .setConfig(config);
        indexes.forEach((field, index) -> info.putPayloadSchema(field, index.toProto(having(field))));
        return info.build();
    }

    private long having(String field) {
        PayloadPath path = PayloadPath.of(field);
        return points.values().stream()
                .filter(point -> !path.in(point.payload()).isEmpty())
                .count();
    }

    private static CollectionConfig configOf(CreateCollection request) {
        CollectionParams.Builder params = CollectionParams.newBuilder()
                .setShardNumber(request.hasShardNumber() ? request.getShardNumber() : 1)
                .setReplicationFactor(request.hasReplicationFactor() ? request.getReplicationFactor() : 1)
                .setWriteConsistencyFactor(
                        request.hasWriteConsistencyFactor() ? request.getWriteConsistencyFactor() : 1)
                .setOnDiskPayload(!request.hasOnDiskPayload() || request.getOnDiskPayload());
        if (request.hasVectorsConfig()) {
            params.setVectorsConfig(request.getVectorsConfig());
        }
        if (request.hasSparseVectorsConfig()) {
            params.setSparseVectorsConfig(request.getSparseVectorsConfig());
        }
        if (request.hasShardingMethod()) {
            params.setShardingMethod(request.getShardingMethod());
        }
        CollectionConfig.Builder config = CollectionConfig.newBuilder()
                .setParams(params)
                .setHnswConfig(request.getHnswConfig())
                .setOptimizerConfig(request.getOptimizersConfig())
                .setWalConfig(request.getWalConfig())
                .putAllMetadata(PayloadValues.stored(request.getMetadataMap()));
        if (request.hasQuantizationConfig()) {
            config.setQuantizationConfig(request.getQuantizationConfig());
        }
        if (request.hasStrictModeConfig()) {
            config.setStrictModeConfig(request.getStrictModeConfig());
        }
        return config.build();
    }
}
