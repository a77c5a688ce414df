package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.UpdateMode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The changes of points that requests ask for. */
final class Changes {

    private Changes() {}

    /**
     * Writes whole points. A filter lets a point be replaced only if it satisfies it as it is stored; new points are
     * written all the same, unless the mode is {@code UpdateOnly}. {@code InsertOnly} replaces none, whatever the
     * filter.
     */
    static Writes.Change upsert(List<PointStruct> points, @Nullable Filter filter, UpdateMode mode) {
        for (PointStruct point : points) {
            if (!point.hasId()) {
                throw Refusals.invalid("Empty ID is not allowed");
            }
            PointKey.of(point.getId());
        }
        return (edit, version) -> {
            StoredCollection collection = edit.collection();
            Predicate<StoredPoint> replaceable = filter == null ? point -> true : collection.condition(filter);
            Map<PointKey, StoredPoint> chosen = new HashMap<>();
            for (PointStruct point : points) {
                PointKey key = PointKey.of(point.getId());
                StoredPoint written = new StoredPoint(
                        key,
                        PayloadValues.stored(point.getPayloadMap()),
                        collection.shapes().stored(point.getVectors()),
                        version);
                StoredPoint old = collection.point(key);
                boolean writes = old == null
                        ? mode != UpdateMode.UpdateOnly
                        : mode != UpdateMode.InsertOnly && replaceable.test(old);
                if (writes) {
                    chosen.put(key, written);
                }
            }
            chosen.forEach(edit::put);
        };
    }

    static Writes.Change delete(PointsSelector selector) {
        return each(selector, (point, version) -> null);
    }

    /** Puts these values over those that are there. */
    static Writes.Change setPayload(PointsSelector selector, Map<String, Value> payload) {
        Map<String, Value> changes = PayloadValues.stored(payload);
        return each(selector, (point, version) -> point.withMerged(changes, version));
    }

    static Writes.Change overwritePayload(PointsSelector selector, Map<String, Value> payload) {
        Map<String, Value> whole = PayloadValues.stored(payload);
        return each(selector, (point, version) -> point.withPayload(whole, version));
    }

    static Writes.Change deletePayload(PointsSelector selector, List<String> keys) {
        return each(selector, (point, version) -> {
            Map<String, Value> left = new HashMap<>(point.payload());
            left.keySet().removeAll(keys);
            return point.withPayload(left, version);
        });
    }

    private static Writes.Change each(
            PointsSelector selector, BiFunction<StoredPoint, Long, @Nullable StoredPoint> change) {
        return switch (selector.getPointsSelectorOneOfCase()) {
            case POINTS -> {
                List<PointKey> keys = selector.getPoints().getIdsList().stream()
                        .map(id -> PointKey.of(id))
                        .toList();
                yield (edit, version) -> {
                    for (PointKey key : keys) {
                        StoredPoint found = edit.collection().point(key);
                        if (found != null) {
                            edit.put(key, change.apply(found, version));
                        }
                    }
                };
            }
            case FILTER -> {
                Filter filter = selector.getFilter();
                Conditions.of(filter, Map.of()); // a malformed one is refused now
                yield (edit, version) -> edit.collection()
                        .matching(filter)
                        .toList()
                        .forEach(found -> edit.put(found.key(), change.apply(found, version)));
            }
            case POINTSSELECTORONEOF_NOT_SET -> throw Refusals.invalid("PointSelector is missing");
        };
    }
}
