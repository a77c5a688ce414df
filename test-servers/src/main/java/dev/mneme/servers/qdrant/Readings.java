package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.DenseVector;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.FacetValue;
import io.qdrant.client.grpc.Points.GetPoints;
import io.qdrant.client.grpc.Points.Query;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.ScrollResponse;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.SparseVector;
import io.qdrant.client.grpc.Points.VectorInput;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What can be asked of a collection. All searches are exact. */
final class Readings {

    private static final int DEFAULT_LIMIT = 10;

    private Readings() {}

    private record Scored(StoredPoint point, float score) {}

    /** The points of these ids that exist, in the order of the question. */
    static List<RetrievedPoint> get(StoredCollection collection, GetPoints request) {
        Selected selected = Selected.of(request.getWithPayload(), false, request.getWithVectors());
        Set<PointKey> keys = new LinkedHashSet<>();
        request.getIdsList().forEach(id -> keys.add(PointKey.of(id)));
        List<RetrievedPoint> found = new ArrayList<>();
        for (PointKey key : keys) {
            StoredPoint point = collection.point(key);
            if (point != null) {
                found.add(selected.retrieved(point, null));
            }
        }
        return found;
    }

    /** A page of points by id, or by a field that has an index. */
    static ScrollResponse scroll(StoredCollection collection, ScrollPoints request) {
        int limit = request.hasLimit() ? request.getLimit() : DEFAULT_LIMIT;
        if (limit == 0) {
            throw Refusals.invalid("Validation error: limit must be at least 1");
        }
        Selected selected = Selected.of(request.getWithPayload(), true, request.getWithVectors());
        Predicate<StoredPoint> condition = collection.condition(request.getFilter());
        ScrollResponse.Builder page = ScrollResponse.newBuilder();
        if (request.hasOrderBy()) {
            if (request.hasOffset()) {
                throw Refusals.wrongInput("Cannot use an `offset` when using `order_by`");
            }
            return page.addAllResult(
                            OrderedScroll.of(collection, request.getOrderBy()).page(condition, limit, selected))
                    .build();
        }
        Iterable<StoredPoint> points = request.hasOffset()
                ? collection
                        .points()
                        .tailMap(PointKey.of(request.getOffset()), true)
                        .values()
                : collection.points().values();
        for (StoredPoint point : points) {
            if (!condition.test(point)) {
                continue;
            }
            if (page.getResultCount() == limit) {
                return page.setNextPageOffset(point.key().toProto()).build();
            }
            page.addResult(selected.retrieved(point, null));
        }
        return page.build();
    }

    /**
     * The points nearest to a vector, best first; of equal scores the lower id first, where Qdrant promises no order.
     * A sparse vector finds only points that share an index with it.
     */
    static List<ScoredPoint> query(StoredCollection collection, QueryPoints request) {
        checkSupported(request);
        String name = request.getUsing();
        StoredVector wanted = collection
                .shapes()
                .prepared(name, StoredVector.of(request.getQuery().getNearest()));
        Distance distance =
                collection.shapes().isDense(name) ? collection.shapes().distance(name) : Distance.Dot;
        boolean lowIsNear = distance == Distance.Euclid || distance == Distance.Manhattan;
        Predicate<StoredPoint> condition = collection.condition(request.getFilter());
        List<Scored> found = new ArrayList<>();
        for (StoredPoint point : collection.points().values()) {
            StoredVector vector = point.vectors().get(name);
            if (vector == null || !condition.test(point)) {
                continue;
            }
            float score = score(wanted, vector, distance);
            float over = score - request.getScoreThreshold();
            boolean passes = !request.hasScoreThreshold() || (lowIsNear ? over < 0 : over > 0);
            if (!Float.isNaN(score) && passes) {
                found.add(new Scored(point, score));
            }
        }
        Comparator<Scored> byScore = Comparator.comparing(Scored::score);
        Comparator<Scored> bestFirst =
                (lowIsNear ? byScore : byScore.reversed()).thenComparing(scored -> scored.point.key());
        Selected selected = Selected.of(request.getWithPayload(), false, request.getWithVectors());
        return found.stream()
                .sorted(bestFirst)
                .skip(request.getOffset())
                .limit(request.hasLimit() ? request.getLimit() : DEFAULT_LIMIT)
                .map(scored -> selected.scored(scored.point, scored.score))
                .toList();
    }

    /** A search as the query that asks the same. */
    static QueryPoints asQuery(SearchPoints search) {
        VectorInput.Builder vector = VectorInput.newBuilder();
        if (search.hasSparseIndices()) {
            vector.setSparse(SparseVector.newBuilder()
                    .addAllIndices(search.getSparseIndices().getDataList())
                    .addAllValues(search.getVectorList()));
        } else {
            vector.setDense(DenseVector.newBuilder().addAllData(search.getVectorList()));
        }
        QueryPoints.Builder query = QueryPoints.newBuilder()
                .setQuery(Query.newBuilder().setNearest(vector))
                .setUsing(search.getVectorName())
                .setFilter(search.getFilter())
                .setOffset(search.getOffset())
                .setLimit(search.getLimit())
                .setWithPayload(search.getWithPayload())
                .setWithVectors(search.getWithVectors());
        if (search.hasScoreThreshold()) {
            query.setScoreThreshold(search.getScoreThreshold());
        }
        return query.build();
    }

    /** How many points have each value of a field, the most frequent first, of equal ones the lower value first. */
    static List<FacetHit> facet(StoredCollection collection, FacetCounts request) {
        FieldIndex index = collection.indexes().get(request.getKey());
        if (index == null || !index.counts()) {
            throw Refusals.wrongInput("No appropriate index for faceting: `" + request.getKey()
                    + "`. Please create one to facet on this field.");
        }
        PayloadPath path = PayloadPath.of(request.getKey());
        Map<Comparable<?>, Long> counts = new TreeMap<>();
        collection.matching(request.getFilter()).forEach(point -> {
            Set<Comparable<?>> values = new LinkedHashSet<>();
            for (Value value : path.in(point.payload())) {
                for (Value single : PayloadValues.flat(value)) {
                    Comparable<?> counted = counted(index, single);
                    if (counted != null) {
                        values.add(counted);
                    }
                }
            }
            values.forEach(value -> counts.merge(value, 1L, Long::sum));
        });
        return counts.entrySet().stream()
                .sorted(Map.Entry.<Comparable<?>, Long>comparingByValue().reversed())
                .limit(request.hasLimit() ? request.getLimit() : DEFAULT_LIMIT)
                .map(entry -> FacetHit.newBuilder()
                        .setValue(facetValue(entry.getKey()))
                        .setCount(entry.getValue())
                        .build())
                .toList();
    }

    private static void checkSupported(QueryPoints request) {
        if (request.getPrefetchCount() > 0 || request.hasLookupFrom()) {
            throw Refusals.unimplemented("prefetch and lookup");
        }
        if (!request.getQuery().hasNearest()) {
            throw Refusals.unimplemented("query of kind " + request.getQuery().getVariantCase());
        }
        if (request.hasLimit() && request.getLimit() < 1) {
            throw Refusals.invalid("Validation error: limit must be at least 1");
        }
    }

    private static float score(StoredVector wanted, StoredVector vector, Distance distance) {
        if (wanted instanceof StoredVector.Sparse left && vector instanceof StoredVector.Sparse right) {
            return left.score(right);
        }
        return wanted instanceof StoredVector.Dense left && vector instanceof StoredVector.Dense right
                ? left.score(right, distance)
                : Float.NaN;
    }

    private static @Nullable Comparable<?> counted(FieldIndex index, Value value) {
        return switch (index.type()) {
            case Keyword, Uuid -> value.hasStringValue() ? value.getStringValue() : null;
            case Integer -> value.hasIntegerValue() ? value.getIntegerValue() : null;
            case Bool -> value.hasBoolValue() ? value.getBoolValue() : null;
            default -> null;
        };
    }

    private static FacetValue facetValue(Object value) {
        FacetValue.Builder facet = FacetValue.newBuilder();
        if (value instanceof String text) {
            return facet.setStringValue(text).build();
        }
        return value instanceof Long number
                ? facet.setIntegerValue(number).build()
                : facet.setBoolValue((Boolean) value).build();
    }
}
