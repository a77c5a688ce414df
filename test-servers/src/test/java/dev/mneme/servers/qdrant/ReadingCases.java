package dev.mneme.servers.qdrant;

import static io.qdrant.client.ConditionFactory.matchKeyword;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.grpc.Status;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetHit;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.GetPoints;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.PayloadExcludeSelector;
import io.qdrant.client.grpc.Points.PayloadIncludeSelector;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.Query;
import io.qdrant.client.grpc.Points.QueryBatchPoints;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.ScrollResponse;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.SparseIndices;
import io.qdrant.client.grpc.Points.SparseVector;
import io.qdrant.client.grpc.Points.StartFrom;
import io.qdrant.client.grpc.Points.VectorInput;
import io.qdrant.client.grpc.Points.Vectors;
import io.qdrant.client.grpc.Points.VectorsSelector;
import io.qdrant.client.grpc.Points.WithPayloadSelector;
import io.qdrant.client.grpc.Points.WithVectorsSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Scrolls, facets and searches. */
abstract class ReadingCases extends QdrantFixture {

    @Test
    @DisplayName("a scroll goes by id, numbers before UUIDs, page by page from the offset that a page names")
    void aScrollGoesById() {
        upsert(
                point(id("00000000-0000-0000-0000-000000000001"), Map.of()),
                point(id(3), Map.of()),
                point(id(1), Map.of()),
                point(id(-1L), Map.of()),
                point(id(2), Map.of()));

        ScrollResponse first = points().scroll(page().build());
        ScrollResponse second =
                points().scroll(page().setOffset(first.getNextPageOffset()).build());
        ScrollResponse third =
                points().scroll(page().setOffset(second.getNextPageOffset()).build());

        assertThat(first.getResultList()).extracting(RetrievedPoint::getId).containsExactly(id(1), id(2));
        assertThat(second.getResultList()).extracting(RetrievedPoint::getId).containsExactly(id(3), id(-1L));
        assertThat(third.getResultList())
                .extracting(RetrievedPoint::getId)
                .containsExactly(id("00000000-0000-0000-0000-000000000001"));
        assertThat(third.hasNextPageOffset()).isFalse();
    }

    @Test
    @DisplayName("an ordered scroll goes by the values of a field that has an index, both ways, from a value on")
    void anOrderedScroll() {
        index("time", FieldType.FieldTypeInteger);
        upsert(
                point(id(1), Map.of("time", number(30))),
                point(id(2), Map.of("time", number(10))),
                point(id(3), Map.of("time", number(20))),
                point(id(4), Map.of("other", number(5))));

        assertThat(ordered(OrderBy.newBuilder())).containsExactly(2L, 3L, 1L);
        assertThat(ordered(OrderBy.newBuilder().setDirection(Direction.Desc))).containsExactly(1L, 3L, 2L);
        assertThat(ordered(
                        OrderBy.newBuilder().setStartFrom(StartFrom.newBuilder().setInteger(20))))
                .containsExactly(3L, 1L);
    }

    @Test
    @DisplayName("an ordered scroll of moments goes by instant, whatever their spelling")
    void anOrderedScrollOfMoments() {
        index("time", FieldType.FieldTypeDatetime);
        upsert(
                point(id(1), Map.of("time", text("2026-01-01T02:00:00+03:00"))),
                point(id(2), Map.of("time", text("2025-12-31T22:30:00Z"))),
                point(id(3), Map.of("time", text("2026-01-01"))));

        assertThat(ordered(OrderBy.newBuilder())).containsExactly(2L, 1L, 3L);
    }

    @Test
    @DisplayName("an ordered scroll without an index of its field, or with an offset, is refused")
    void anOrderedScrollNeedsAnIndex() {
        upsert(point(id(1), Map.of("time", number(30))));
        OrderBy order = OrderBy.newBuilder().setKey("time").build();
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> scroll(ScrollPoints.newBuilder().setOrderBy(order)));

        index("time", FieldType.FieldTypeInteger);
        assertThat(scroll(ScrollPoints.newBuilder().setOrderBy(order))).hasSize(1);
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> scroll(ScrollPoints.newBuilder().setOrderBy(order).setOffset(id(1))));
    }

    @Test
    @DisplayName("a facet counts the points of each value under a filter, and needs an index")
    void aFacetCounts() {
        upsert(
                point(id(1), Map.of("agent", text("a"), "type", text("tool"))),
                point(id(2), Map.of("agent", text("a"), "type", text("tool"))),
                point(id(3), Map.of("agent", text("a"), "type", text("message"))),
                point(id(4), Map.of("agent", text("b"), "type", text("message"))));
        assertRefused(Status.Code.INVALID_ARGUMENT, this::types);

        index("type", FieldType.FieldTypeKeyword);

        assertThat(types())
                .extracting(hit -> hit.getValue().getStringValue(), FacetHit::getCount)
                .containsExactly(tuple("tool", 2L), tuple("message", 1L));
    }

    @Test
    @DisplayName(
            "the nearest points come best first, within a filter, from an offset, up to a limit, above a threshold")
    void nearestPoints() {
        upsert(
                vectors(1, 1, 0, "a"),
                vectors(2, 0.9f, 0.1f, "a"),
                vectors(3, 0.5f, 0.5f, "b"),
                vectors(4, 0.1f, 0.9f, "a"));

        assertThat(ids(nearest(1, 0, QueryPoints.newBuilder()))).containsExactly(1L, 2L, 3L, 4L);
        assertThat(ids(nearest(1, 0, QueryPoints.newBuilder().setFilter(agent("a")))))
                .containsExactly(1L, 2L, 4L);
        assertThat(ids(nearest(1, 0, QueryPoints.newBuilder().setOffset(1).setLimit(2))))
                .containsExactly(2L, 3L);
        assertThat(ids(nearest(1, 0, QueryPoints.newBuilder().setScoreThreshold(0.3f))))
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    @DisplayName(
            "scores: dot is the product, cosine of unit length, Euclid and Manhattan are distances with the least first")
    void scoresOfDistances() {
        assertThat(scores(Distance.Dot)).containsExactly(11f, 3f);
        assertThat(scores(Distance.Cosine).get(0)).isCloseTo(11f / (float) Math.sqrt(25 * 5), within(1e-5f));
        assertThat(scores(Distance.Euclid).get(0)).isEqualTo(1f);
        assertThat(scores(Distance.Manhattan)).containsExactly(1f, 4f);
    }

    @Test
    @DisplayName("vectors under cosine are given back with length one")
    void cosineVectorsAreStoredWithLengthOne() {
        drop(name);
        collections().create(newCollection(name, Distance.Cosine));
        upsert(point(id(1), dense(3, 4), Map.of()));

        List<Float> stored = points().get(GetPoints.newBuilder()
                        .setCollectionName(name)
                        .addIds(id(1))
                        .setWithVectors(WithVectorsSelector.newBuilder().setEnable(true))
                        .build())
                .getResult(0)
                .getVectors()
                .getVectors()
                .getVectorsMap()
                .get("dense")
                .getDense()
                .getDataList();
        assertThat(stored.get(0)).isCloseTo(0.6f, within(1e-6f));
        assertThat(stored.get(1)).isCloseTo(0.8f, within(1e-6f));
    }

    @Test
    @DisplayName("a sparse query scores by the product over shared indices and finds only points that share one")
    void sparseQueries() {
        upsert(
                point(id(1), sparse(List.of(7, 3), List.of(2f, 1f)), Map.of()),
                point(id(2), sparse(List.of(3, -1), List.of(5f, 1f)), Map.of()),
                point(id(3), sparse(List.of(9), List.of(100f)), Map.of()),
                point(id(4), dense(1, 1), Map.of()));

        List<ScoredPoint> found = query(sparseQuery(List.of(-1, 3, 7), List.of(1f, 0.5f, 10f)));

        assertThat(ids(found)).containsExactly(1L, 2L);
        assertThat(found).extracting(ScoredPoint::getScore).containsExactly(20.5f, 3.5f);
    }

    @Test
    @DisplayName("a search of before the query API finds what the query finds")
    void anOlderSearch() {
        upsert(
                vectors(1, 1, 0, "a"),
                vectors(2, 0.5f, 0, "a"),
                point(id(3), sparse(List.of(7), List.of(2f)), Map.of()));
        SearchPoints.Builder search =
                SearchPoints.newBuilder().setCollectionName(name).setLimit(5);

        List<ScoredPoint> dense = points().search(search.clone()
                        .addVector(1)
                        .addVector(0)
                        .setVectorName("dense")
                        .setFilter(agent("a"))
                        .setScoreThreshold(0.6f)
                        .build())
                .getResultList();
        List<ScoredPoint> sparse = points().search(search.clone()
                        .addVector(3)
                        .setSparseIndices(SparseIndices.newBuilder().addData(7))
                        .setVectorName("sparse")
                        .build())
                .getResultList();

        assertThat(ids(dense)).containsExactly(1L);
        assertThat(ids(sparse)).containsExactly(3L);
        assertThat(sparse.get(0).getScore()).isEqualTo(6);
    }

    @Test
    @DisplayName("a batch of queries is answered in its order")
    void aBatchOfQueries() {
        upsert(vectors(1, 1, 0, "a"), point(id(2), sparse(List.of(3), List.of(1f)), Map.of("agent", text("a"))));
        QueryPoints.Builder sparse = sparseQuery(List.of(3), List.of(2f)).setCollectionName(name);

        List<List<Long>> found = points()
                .queryBatch(QueryBatchPoints.newBuilder()
                        .setCollectionName(name)
                        .addQueryPoints(sparse)
                        .addQueryPoints(sparse.clone().setFilter(agent("nobody")))
                        .addQueryPoints(denseQuery(1, 0).setCollectionName(name))
                        .build())
                .getResultList()
                .stream()
                .map(result -> ids(result.getResultList()))
                .toList();

        assertThat(found).containsExactly(List.of(2L), List.of(), List.of(1L));
    }

    @Test
    @DisplayName("a query of a wrong dimension, an unknown vector or the other kind is refused")
    void queriesMustFit() {
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> query(denseQuery(1, 0, 0)));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> query(denseQuery(1, 0).setUsing("other")));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> query(denseQuery(1, 0).setUsing("sparse")));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> query(denseQuery(1, 0).setLimit(0)));
    }

    @Test
    @DisplayName("payloads come with a scroll unasked, and with a query or a get only when asked for")
    void whatAnAnswerHolds() {
        upsert(vectors(1, 1, 0, "a"));

        assertThat(scroll(ScrollPoints.newBuilder()).get(0).getPayloadMap()).containsKey("agent");
        assertThat(nearest(1, 0, QueryPoints.newBuilder()).get(0).getPayloadMap())
                .isEmpty();
        assertThat(nearest(1, 0, QueryPoints.newBuilder().setWithPayload(withPayload()))
                        .get(0)
                        .getPayloadMap())
                .containsKey("agent");
        assertThat(nearest(1, 0, QueryPoints.newBuilder()).get(0).hasVectors()).isFalse();
    }

    @Test
    @DisplayName("an answer holds the keys of the payload, and the vectors, that are named")
    void namedPartsOfAnAnswer() {
        upsert(point(id(1), Map.of("a", number(1), "b", number(2), "c", number(3))));
        ScrollPoints.Builder including = ScrollPoints.newBuilder()
                .setWithPayload(WithPayloadSelector.newBuilder()
                        .setInclude(PayloadIncludeSelector.newBuilder()
                                .addFields("b")
                                .addFields("x")))
                .setWithVectors(WithVectorsSelector.newBuilder()
                        .setInclude(VectorsSelector.newBuilder().addNames("dense")));
        ScrollPoints.Builder excluding = ScrollPoints.newBuilder()
                .setWithPayload(WithPayloadSelector.newBuilder()
                        .setExclude(PayloadExcludeSelector.newBuilder().addFields("b")));

        assertThat(scroll(including).get(0).getPayloadMap()).containsOnlyKeys("b");
        assertThat(scroll(including).get(0).getVectors().getVectors().getVectorsMap())
                .containsOnlyKeys("dense");
        assertThat(scroll(excluding).get(0).getPayloadMap()).containsOnlyKeys("a", "c");
        assertThat(scroll(excluding).get(0).hasVectors()).isFalse();
    }

    @Test
    @DisplayName("a collection may have one vector without a name")
    void anUnnamedVector() {
        drop(name);
        collections()
                .create(CreateCollection.newBuilder()
                        .setCollectionName(name)
                        .setVectorsConfig(VectorsConfig.newBuilder()
                                .setParams(VectorParams.newBuilder().setSize(2).setDistance(Distance.Dot)))
                        .build());
        upsert(PointStruct.newBuilder()
                .setId(id(1))
                .setVectors(Vectors.newBuilder().setVector(dense(3, 4).get("dense")))
                .build());

        ScoredPoint found = query(denseQuery(1, 2)
                        .clearUsing()
                        .setWithVectors(WithVectorsSelector.newBuilder().setEnable(true)))
                .get(0);
        assertThat(found.getScore()).isEqualTo(11);
        assertThat(found.getVectors().getVector().getDense().getDataList()).containsExactly(3f, 4f);
    }

    private ScrollPoints.Builder page() {
        return ScrollPoints.newBuilder().setCollectionName(name).setLimit(2);
    }

    private List<Long> ordered(OrderBy.Builder order) {
        return scroll(ScrollPoints.newBuilder().setOrderBy(order.setKey("time"))).stream()
                .map(found -> found.getId().getNum())
                .toList();
    }

    private List<FacetHit> types() {
        return points().facet(FacetCounts.newBuilder()
                        .setCollectionName(name)
                        .setKey("type")
                        .setFilter(must(matchKeyword("agent", "a")))
                        .setExact(true)
                        .build())
                .getHitsList();
    }

    /** The scores of (3, 4) and (1, 1) against (1, 2), in a new collection. */
    private List<Float> scores(Distance distance) {
        drop(name);
        collections().create(newCollection(name, distance));
        upsert(point(id(1), dense(3, 4), Map.of()), point(id(2), dense(1, 1), Map.of()));
        List<ScoredPoint> found = nearest(1, 2, QueryPoints.newBuilder());
        return found.stream().map(ScoredPoint::getScore).toList();
    }

    private static List<Long> ids(List<ScoredPoint> found) {
        return found.stream().map(point -> point.getId().getNum()).toList();
    }

    private static PointStruct vectors(long id, float x, float y, String agent) {
        return point(id(id), dense(x, y), Map.of("agent", text(agent)));
    }

    private static QueryPoints.Builder denseQuery(float... data) {
        List<Float> values = new ArrayList<>();
        for (float value : data) {
            values.add(value);
        }
        VectorInput input = VectorInput.newBuilder()
                .setDense(io.qdrant.client.grpc.Points.DenseVector.newBuilder().addAllData(values))
                .build();
        return QueryPoints.newBuilder()
                .setUsing("dense")
                .setQuery(Query.newBuilder().setNearest(input));
    }

    private static QueryPoints.Builder sparseQuery(List<Integer> indices, List<Float> values) {
        VectorInput input = VectorInput.newBuilder()
                .setSparse(SparseVector.newBuilder().addAllIndices(indices).addAllValues(values))
                .build();
        return QueryPoints.newBuilder()
                .setUsing("sparse")
                .setQuery(Query.newBuilder().setNearest(input));
    }
}
