package dev.mneme.memory.qdrant;

import static dev.mneme.memory.qdrant.Calls.What.READ;

import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.qdrant.Calls.Ask;
import dev.mneme.memory.qdrant.Calls.What;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.CountResponse;
import io.qdrant.client.grpc.Points.DeletePoints;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetResponse;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.PayloadIncludeSelector;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.PointsUpdateOperation;
import io.qdrant.client.grpc.Points.QueryBatchPoints;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.ScrollResponse;
import io.qdrant.client.grpc.Points.UpdateBatchPoints;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.UpdateStatus;
import io.qdrant.client.grpc.Points.VectorsSelector;
import io.qdrant.client.grpc.Points.WithPayloadSelector;
import io.qdrant.client.grpc.Points.WithVectorsSelector;
import io.qdrant.client.grpc.PointsGrpc;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * The points of the collection: what is asked of them and done to them. Each filter that comes in says whose points are
 * meant; changes are waited for, and what the server did not complete is a failure.
 */
final class StoredPoints {

    /** So many points come with one answer. */
    private static final int PAGE = 1_000;

    private final Calls calls;
    private final QdrantOptions options;
    private final String collection;

    StoredPoints(Calls calls, QdrantOptions options, String collection) {
        this.calls = calls;
        this.options = options;
        this.collection = collection;
    }

    /** A question about how many points there are, to be asked together with others. */
    Ask<CountPoints, CountResponse> counting(Filter filter) {
        return new Ask<>(
                PointsGrpc.getCountMethod(),
                CountPoints.newBuilder()
                        .setCollectionName(collection)
                        .setFilter(filter)
                        .setExact(true)
                        .setTimeout(calls.timeoutSeconds())
                        .build());
    }

    /** A question about how many points there are of each value of a field, to be asked together with others. */
    Ask<FacetCounts, FacetResponse> faceting(Filter filter, String field, int limit) {
        return new Ask<>(
                PointsGrpc.getFacetMethod(),
                FacetCounts.newBuilder()
                        .setCollectionName(collection)
                        .setKey(field)
                        .setFilter(filter)
                        .setLimit(limit)
                        .setExact(true)
                        .setTimeout(calls.timeoutSeconds())
                        .build());
    }

    /** A question for the point that is the first to end, to be asked together with others. */
    Ask<ScrollPoints, ScrollResponse> endingFirst(Filter filter) {
        OrderBy soonest = OrderBy.newBuilder()
                .setKey(Schema.ENDS)
                .setDirection(Direction.Asc)
                .build();
        return new Ask<>(
                PointsGrpc.getScrollMethod(),
                scroll(filter, List.of(Schema.ENDS), false)
                        .setOrderBy(soonest)
                        .setLimit(1)
                        .build());
    }

    long count(What what, Filter filter) {
        Ask<CountPoints, CountResponse> ask = counting(filter);
        return calls.one(what, ask.method(), ask.request()).getResult().getCount();
    }

    /** Points by their ids, as far as the filter lets them through; one round trip. */
    List<RetrievedPoint> find(Filter mine, Collection<UUID> ids, List<String> payload, boolean vectors) {
        var points = new ArrayList<RetrievedPoint>();
        List<UUID> all = List.copyOf(ids);
        var asks = new ArrayList<ScrollPoints>();
        for (int from = 0; from < all.size(); from += PAGE) {
            List<UUID> some = all.subList(from, Math.min(from + PAGE, all.size()));
            Filter both = mine.toBuilder().addMust(Conditions.hasId(some)).build();
            asks.add(scroll(both, payload, vectors).setLimit(some.size()).build());
        }
        calls.all(READ, PointsGrpc.getScrollMethod(), asks).forEach(page -> points.addAll(page.getResultList()));
        return points;
    }

    /**
     * The points that a filter lets through, in no particular order, up to a limit; a round trip for each {@value #PAGE} of
     * them.
     */
    List<RetrievedPoint> scroll(Filter filter, List<String> payload, int limit) {
        var points = new ArrayList<RetrievedPoint>();
        PointId next = null;
        do {
            ScrollPoints.Builder request =
                    scroll(filter, payload, false).setLimit(Math.min(PAGE, limit - points.size()));
            if (next != null) {
                request.setOffset(next);
            }
            ScrollResponse page = calls.one(READ, PointsGrpc.getScrollMethod(), request.build());
            points.addAll(page.getResultList());
            next = page.hasNextPageOffset() && page.getResultCount() > 0 ? page.getNextPageOffset() : null;
        } while (next != null && points.size() < limit);
        return points;
    }

    /** The first of the points that a filter lets through, by a field that has an index for its order; one round trip. */
    List<RetrievedPoint> first(Filter filter, String field, List<String> payload, int limit) {
        OrderBy order =
                OrderBy.newBuilder().setKey(field).setDirection(Direction.Asc).build();
        return calls.one(
                        READ,
                        PointsGrpc.getScrollMethod(),
                        scroll(filter, payload, false)
                                .setOrderBy(order)
                                .setLimit(limit)
                                .build())
                .getResultList();
    }

    /** How many points each of the filters lets through, side by side. */
    List<Long> counts(List<Filter> filters) {
        return calls.together(READ, filters.stream().map(this::counting).toList()).stream()
                .map(answer -> answer.getResult().getCount())
                .toList();
    }

    private ScrollPoints.Builder scroll(Filter filter, List<String> payload, boolean vectors) {
        return ScrollPoints.newBuilder()
                .setCollectionName(collection)
                .setFilter(filter)
                .setWithPayload(including(payload))
                .setWithVectors(withVectors(vectors))
                .setTimeout(calls.timeoutSeconds());
    }

    /** A question that {@link #query} asks. */
    QueryPoints.Builder asking(Filter filter, List<String> payload) {
        return QueryPoints.newBuilder()
                .setCollectionName(collection)
                .setFilter(filter)
                .setWithPayload(including(payload))
                .setWithVectors(withVectors(false));
    }

    /** Asks all in one round trip. */
    List<BatchResult> query(List<QueryPoints> questions) {
        return calls.one(
                        READ,
                        PointsGrpc.getQueryBatchMethod(),
                        QueryBatchPoints.newBuilder()
                                .setCollectionName(collection)
                                .addAllQueryPoints(questions)
                                .setTimeout(calls.timeoutSeconds())
                                .build())
                .getResultList();
    }

    /** Does all in one round trip, in order. */
    void update(List<PointsUpdateOperation> operations) {
        calls.one(
                        What.WRITE,
                        PointsGrpc.getUpdateBatchMethod(),
                        UpdateBatchPoints.newBuilder()
                                .setCollectionName(collection)
                                .setWait(true)
                                .addAllOperations(operations)
                                .setTimeout(calls.timeoutSeconds())
                                .build())
                .getResultList()
                .forEach(result -> check(What.WRITE, result));
    }

    void delete(What what, Filter filter) {
        UpdateResult result = calls.one(
                        what,
                        PointsGrpc.getDeleteMethod(),
                        DeletePoints.newBuilder()
                                .setCollectionName(collection)
                                .setWait(true)
                                .setPoints(PointsSelector.newBuilder().setFilter(filter))
                                .setTimeout(calls.timeoutSeconds())
                                .build())
                .getResult();
        check(what, result);
    }

    private void check(What what, UpdateResult result) {
        if (result.getStatus() != UpdateStatus.Completed) {
            throw new ContextStoreAwayException(
                    what.failed(options) + ": the server took the change but did not finish it in time ("
                            + result.getStatus() + "); " + what.outcome(),
                    null);
        }
    }

    String collection() {
        return collection;
    }

    long timeoutSeconds() {
        return calls.timeoutSeconds();
    }

    static Filter all(Condition... conditions) {
        return Filter.newBuilder().addAllMust(List.of(conditions)).build();
    }

    private static WithPayloadSelector including(List<String> fields) {
        return fields.isEmpty()
                ? WithPayloadSelector.newBuilder().setEnable(false).build()
                : WithPayloadSelector.newBuilder()
                        .setInclude(PayloadIncludeSelector.newBuilder().addAllFields(fields))
                        .build();
    }

    private static WithVectorsSelector withVectors(boolean vectors) {
        return vectors
                ? WithVectorsSelector.newBuilder()
                        .setInclude(VectorsSelector.newBuilder().addNames(Schema.DENSE))
                        .build()
                : WithVectorsSelector.newBuilder().setEnable(false).build();
    }
}
