package dev.mneme.servers.qdrant;

import static io.qdrant.client.ConditionFactory.matchKeyword;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.qdrant.client.ValueFactory;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.DeleteCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.SparseVectorConfig;
import io.qdrant.client.grpc.Collections.SparseVectorParams;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorParamsMap;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.CollectionsGrpc.CollectionsBlockingStub;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.DenseVector;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.NamedVectors;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.Query;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SparseVector;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.VectorInput;
import io.qdrant.client.grpc.Points.Vectors;
import io.qdrant.client.grpc.Points.WithPayloadSelector;
import io.qdrant.client.grpc.PointsGrpc;
import io.qdrant.client.grpc.PointsGrpc.PointsBlockingStub;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A connection to a Qdrant or its double, with one collection of a dense and a sparse vector. */
abstract class QdrantFixture {

    static final int HANG_GUARD_SECONDS = 60;

    /** The collection of this test. */
    final String name = "mneme-" + UUID.randomUUID();

    private ManagedChannel channel;

    /** Where the server listens, on {@code host:port}. */
    abstract String target();

    @BeforeEach
    void connectAndCreate() {
        String[] hostAndPort = target().split(":");
        channel = NettyChannelBuilder.forAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1]))
                .usePlaintext()
                .build();
        collections().create(newCollection(name, Distance.Dot));
    }

    @AfterEach
    void dropAndDisconnect() throws InterruptedException {
        try {
            drop(name);
        } finally {
            channel.shutdownNow();
            Assertions.assertThat(channel.awaitTermination(HANG_GUARD_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    ManagedChannel channel() {
        return channel;
    }

    CollectionsBlockingStub collections() {
        return CollectionsGrpc.newBlockingStub(channel).withDeadlineAfter(HANG_GUARD_SECONDS, TimeUnit.SECONDS);
    }

    PointsBlockingStub points() {
        return PointsGrpc.newBlockingStub(channel).withDeadlineAfter(HANG_GUARD_SECONDS, TimeUnit.SECONDS);
    }

    void drop(String collection) {
        collections()
                .withWaitForReady()
                .delete(DeleteCollection.newBuilder()
                        .setCollectionName(collection)
                        .build());
    }

    /** Vectors {@code dense} of two dimensions and {@code sparse}. */
    static CreateCollection newCollection(String name, Distance distance) {
        VectorParams dense =
                VectorParams.newBuilder().setSize(2).setDistance(distance).build();
        return CreateCollection.newBuilder()
                .setCollectionName(name)
                .setVectorsConfig(VectorsConfig.newBuilder()
                        .setParamsMap(VectorParamsMap.newBuilder().putMap("dense", dense)))
                .setSparseVectorsConfig(
                        SparseVectorConfig.newBuilder().putMap("sparse", SparseVectorParams.getDefaultInstance()))
                .build();
    }

    static PointId id(long number) {
        return PointId.newBuilder().setNum(number).build();
    }

    static PointId id(String uuid) {
        return PointId.newBuilder().setUuid(uuid).build();
    }

    static PointStruct point(PointId id, Map<String, Value> payload) {
        return point(id, dense(1, 0), payload);
    }

    static PointStruct point(PointId id, Map<String, Vector> vectors, Map<String, Value> payload) {
        return PointStruct.newBuilder()
                .setId(id)
                .setVectors(Vectors.newBuilder()
                        .setVectors(NamedVectors.newBuilder().putAllVectors(vectors)))
                .putAllPayload(payload)
                .build();
    }

    static Map<String, Vector> dense(float x, float y) {
        return Map.of(
                "dense",
                Vector.newBuilder()
                        .setDense(DenseVector.newBuilder().addData(x).addData(y))
                        .build());
    }

    static Map<String, Vector> sparse(List<Integer> indices, List<Float> values) {
        return Map.of(
                "sparse",
                Vector.newBuilder()
                        .setSparse(
                                SparseVector.newBuilder().addAllIndices(indices).addAllValues(values))
                        .build());
    }

    static Value text(String text) {
        return ValueFactory.value(text);
    }

    static Value number(long number) {
        return ValueFactory.value(number);
    }

    /** Writes, and waits for it. */
    UpdateResult upsert(PointStruct... written) {
        return upsert(UpsertPoints.newBuilder(), written);
    }

    UpdateResult upsert(UpsertPoints.Builder how, PointStruct... written) {
        return points().upsert(how.setCollectionName(name)
                        .setWait(true)
                        .addAllPoints(Arrays.asList(written))
                        .build())
                .getResult();
    }

    void index(String field, FieldType type) {
        points().createFieldIndex(CreateFieldIndexCollection.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setFieldName(field)
                .setFieldType(type)
                .build());
    }

    long count(Filter filter) {
        return points().count(CountPoints.newBuilder()
                        .setCollectionName(name)
                        .setFilter(filter)
                        .setExact(true)
                        .build())
                .getResult()
                .getCount();
    }

    /** The ids of all points that satisfy a filter, which are numbers, in their order. */
    List<Long> matching(Filter filter) {
        return scroll(ScrollPoints.newBuilder().setFilter(filter).setLimit(1_000)).stream()
                .map(found -> found.getId().getNum())
                .toList();
    }

    List<Long> matching(Condition condition) {
        return matching(must(condition));
    }

    List<RetrievedPoint> scroll(ScrollPoints.Builder how) {
        return points().scroll(how.setCollectionName(name).build()).getResultList();
    }

    List<ScoredPoint> nearest(float x, float y, QueryPoints.Builder how) {
        VectorInput input = VectorInput.newBuilder()
                .setDense(DenseVector.newBuilder().addData(x).addData(y))
                .build();
        return query(how.setUsing("dense").setQuery(Query.newBuilder().setNearest(input)));
    }

    List<ScoredPoint> query(QueryPoints.Builder how) {
        return points().query(how.setCollectionName(name).build()).getResultList();
    }

    static Filter must(Condition... conditions) {
        return Filter.newBuilder().addAllMust(Arrays.asList(conditions)).build();
    }

    static Filter agent(String key) {
        return must(matchKeyword("agent", key));
    }

    static WithPayloadSelector withPayload() {
        return WithPayloadSelector.newBuilder().setEnable(true).build();
    }

    static void assertRefused(Status.Code code, ThrowingCallable call) {
        Assertions.assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> Assertions.assertThat(refused.getStatus().getCode())
                                .as(String.valueOf(refused.getMessage()))
                                .isEqualTo(code));
    }
}
