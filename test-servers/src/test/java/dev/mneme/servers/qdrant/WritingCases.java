package dev.mneme.servers.qdrant;

import static io.qdrant.client.ConditionFactory.range;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.qdrant.client.ValueFactory;
import io.qdrant.client.grpc.Collections.AliasOperations;
import io.qdrant.client.grpc.Collections.ChangeAliases;
import io.qdrant.client.grpc.Collections.CollectionExistsRequest;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CreateAlias;
import io.qdrant.client.grpc.Collections.DeleteAlias;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.GetCollectionInfoRequest;
import io.qdrant.client.grpc.Collections.KeywordIndexParams;
import io.qdrant.client.grpc.Collections.ListAliasesRequest;
import io.qdrant.client.grpc.Collections.ListCollectionAliasesRequest;
import io.qdrant.client.grpc.Collections.ListCollectionsRequest;
import io.qdrant.client.grpc.Collections.PayloadIndexParams;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Collections.RenameAlias;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.ClearPayloadPoints;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.DeleteFieldIndexCollection;
import io.qdrant.client.grpc.Points.DeletePayloadPoints;
import io.qdrant.client.grpc.Points.DeletePoints;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.GetPoints;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.PointsIdsList;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.PointsUpdateOperation;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.SetPayloadPoints;
import io.qdrant.client.grpc.Points.UpdateBatchPoints;
import io.qdrant.client.grpc.Points.UpdateMode;
import io.qdrant.client.grpc.Points.UpdateResult;
import io.qdrant.client.grpc.Points.UpdateStatus;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.Points.WithVectorsSelector;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Collections, and what is written into them. */
abstract class WritingCases extends QdrantFixture {

    @Test
    @DisplayName("a collection is there once created, is listed, tells its settings, and is made only once")
    void aCollectionIsMadeOnce() {
        assertThat(exists(name)).isTrue();
        assertThat(collections()
                        .list(ListCollectionsRequest.getDefaultInstance())
                        .getCollectionsList())
                .anyMatch(found -> found.getName().equals(name));
        assertThat(info().getConfig()
                        .getParams()
                        .getVectorsConfig()
                        .getParamsMap()
                        .getMapMap()
                        .get("dense")
                        .getSize())
                .isEqualTo(2);
        assertThat(info().getConfig().getParams().getSparseVectorsConfig().getMapMap())
                .containsKey("sparse");

        assertRefused(Status.Code.ALREADY_EXISTS, () -> collections().create(newCollection(name, Distance.Dot)));

        drop(name);
        assertThat(exists(name)).isFalse();
    }

    @Test
    @DisplayName("a collection that is not there is NOT_FOUND for every call, but exists() only says so")
    void aMissingCollectionIsNotFound() {
        drop(name);

        assertThat(exists(name)).isFalse();
        assertRefused(Status.Code.NOT_FOUND, this::info);
        assertRefused(Status.Code.NOT_FOUND, () -> upsert(point(id(1), Map.of())));
        assertRefused(Status.Code.NOT_FOUND, () -> count(Filter.getDefaultInstance()));
        assertRefused(Status.Code.NOT_FOUND, () -> index("agent", FieldType.FieldTypeKeyword));
    }

    @Test
    @DisplayName("an index is in the schema of the collection, with its type")
    void anIndexIsInTheSchema() {
        index("agent", FieldType.FieldTypeKeyword);
        index("time", FieldType.FieldTypeDatetime);

        assertThat(info().getPayloadSchemaMap().get("agent").getDataType()).isEqualTo(PayloadSchemaType.Keyword);
        assertThat(info().getPayloadSchemaMap().get("time").getDataType()).isEqualTo(PayloadSchemaType.Datetime);
    }

    @Test
    @DisplayName("an index that is deleted is no longer in the schema")
    void anIndexIsDeleted() {
        index("agent", FieldType.FieldTypeKeyword);

        points().deleteFieldIndex(DeleteFieldIndexCollection.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setFieldName("agent")
                .build());

        assertThat(info().getPayloadSchemaMap()).isEmpty();
    }

    @Test
    @DisplayName("an index says how it was made")
    void anIndexSaysHowItWasMade() {
        points().createFieldIndex(CreateFieldIndexCollection.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setFieldName("agent")
                .setFieldType(FieldType.FieldTypeKeyword)
                .setFieldIndexParams(PayloadIndexParams.newBuilder()
                        .setKeywordIndexParams(KeywordIndexParams.newBuilder().setIsTenant(true)))
                .build());

        assertThat(info().getPayloadSchemaMap()
                        .get("agent")
                        .getParams()
                        .getKeywordIndexParams()
                        .getIsTenant())
                .isTrue();
    }

    @Test
    @DisplayName("a collection keeps the metadata that it was made with and that it was given later")
    void metadataIsKept() {
        drop(name);
        collections()
                .create(newCollection(name, Distance.Dot).toBuilder()
                        .putMetadata("model", text("one"))
                        .build());
        collections()
                .update(UpdateCollection.newBuilder()
                        .setCollectionName(name)
                        .putMetadata("owner", text("me"))
                        .build());

        assertThat(info().getConfig().getMetadataMap()).isEqualTo(Map.of("model", text("one"), "owner", text("me")));
    }

    @Test
    @DisplayName("an alias stands for its collection until it is deleted or the collection is dropped")
    void aliases() {
        String alias = name + "-alias";
        upsert(point(id(1), Map.of()));
        CountPoints byAlias =
                CountPoints.newBuilder().setCollectionName(alias).setExact(true).build();

        change(AliasOperations.newBuilder()
                .setCreateAlias(CreateAlias.newBuilder().setCollectionName(name).setAliasName(alias)));
        assertThat(points().count(byAlias).getResult().getCount()).isEqualTo(1);
        assertThat(collections()
                        .listCollectionAliases(ListCollectionAliasesRequest.newBuilder()
                                .setCollectionName(name)
                                .build())
                        .getAliasesList())
                .extracting(found -> found.getAliasName())
                .containsExactly(alias);
        assertThat(collections()
                        .listAliases(ListAliasesRequest.getDefaultInstance())
                        .getAliasesList())
                .anyMatch(found -> found.getAliasName().equals(alias));

        change(AliasOperations.newBuilder()
                .setRenameAlias(RenameAlias.newBuilder().setOldAliasName(alias).setNewAliasName(alias + "2")));
        assertThat(exists(alias)).isFalse();
        assertThat(exists(alias + "2")).isTrue();

        change(AliasOperations.newBuilder()
                .setDeleteAlias(DeleteAlias.newBuilder().setAliasName(alias + "2")));
        assertRefused(Status.Code.NOT_FOUND, () -> points().count(byAlias));
    }

    @Test
    @DisplayName("a payload comes back as it was written, of every kind and depth")
    void aPayloadComesBack() {
        Map<String, Value> payload = Map.of(
                "text", text("Оплата \u0000 \uD83D\uDE00"),
                "integer", number(Long.MIN_VALUE),
                "whole", ValueFactory.value(3.0),
                "fraction", ValueFactory.value(0.1),
                "no", ValueFactory.value(false),
                "nothing", ValueFactory.nullValue(),
                "list", ValueFactory.list(List.of(text("a"), number(1), ValueFactory.list(List.of()))),
                "object", ValueFactory.value(Map.of("inner", ValueFactory.value(Map.of("deep", number(7))))));
        upsert(point(id(1), payload));

        assertThat(get(id(1)).get(0).getPayloadMap()).isEqualTo(payload);
    }

    @Test
    @DisplayName("points have numbers or UUIDs as ids; a UUID is one in every spelling, and nothing else is")
    void idsAreNumbersOrUuids() {
        UUID uuid = UUID.fromString("5c56c793-69f3-4fbf-87e6-c4bf54c28c26");
        upsert(point(id(-1L), Map.of()), point(id(uuid.toString()), Map.of()));

        assertThat(get(
                        id(-1L),
                        id(uuid.toString().toUpperCase(java.util.Locale.ROOT).replace("-", ""))))
                .extracting(found -> found.getId())
                .containsExactlyInAnyOrder(id(-1L), id(uuid.toString()));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> upsert(point(id("5c56c793-69f3"), Map.of())));
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> get(id("not-a-uuid")));
    }

    @Test
    @DisplayName(
            "vectors must be of the collection's names, kinds and dimensions, and of a batch all or none is written")
    void vectorsMustFit() {
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> upsert(point(id(1), Map.of()), point(id(2), Map.of("dense", vector(1, 2, 3)), Map.of())));
        assertRefused(
                Status.Code.INVALID_ARGUMENT, () -> upsert(point(id(2), Map.of("other", vector(1, 2)), Map.of())));
        assertRefused(
                Status.Code.INVALID_ARGUMENT, () -> upsert(point(id(2), Map.of("sparse", vector(1, 2)), Map.of())));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                () -> upsert(point(id(2), sparse(List.of(1, 1), List.of(1f, 2f)), Map.of())));
        assertThat(count(Filter.getDefaultInstance())).isZero();
    }

    @Test
    @DisplayName("a write that is waited for is COMPLETED and seen by the next reading")
    void aWaitedWriteIsSeen() {
        UpdateResult result = upsert(point(id(1), Map.of("agent", text("a"))));

        assertThat(result.getStatus()).isEqualTo(UpdateStatus.Completed);
        assertThat(count(agent("a"))).isEqualTo(1);
    }

    @Test
    @DisplayName("a write replaces the whole point of its id")
    void aWriteReplacesThePoint() {
        upsert(point(id(1), Map.of("agent", text("a"), "old", number(1))));
        upsert(point(id(1), sparse(List.of(4), List.of(1f)), Map.of("agent", text("b"))));

        RetrievedPoint found = get(id(1)).get(0);
        assertThat(found.getPayloadMap()).isEqualTo(Map.of("agent", text("b")));
        assertThat(found.getVectors().getVectors().getVectorsMap()).containsOnlyKeys("sparse");
    }

    @Test
    @DisplayName(
            "with an update filter a point is replaced only if the stored one satisfies it, and a new one is written")
    void anUpdateFilterGuardsWhatIsStored() {
        upsert(point(id(1), Map.of("version", number(5))), point(id(2), Map.of("version", number(9))));

        upsert(olderThan(7), versioned(1, 7), versioned(2, 7), versioned(3, 7));

        assertThat(versions()).containsExactly(7L, 9L, 7L);
    }

    @Test
    @DisplayName("update modes: InsertOnly replaces nothing, UpdateOnly makes nothing")
    void updateModes() {
        upsert(versioned(1, 1));

        upsert(UpsertPoints.newBuilder().setUpdateMode(UpdateMode.InsertOnly), versioned(1, 2), versioned(2, 2));
        assertThat(versions()).containsExactly(1L, 2L);

        upsert(UpsertPoints.newBuilder().setUpdateMode(UpdateMode.UpdateOnly), versioned(1, 3), versioned(3, 3));
        assertThat(versions()).containsExactly(3L, 2L);
    }

    @Test
    @DisplayName("a batch of updates is carried out in order, each with its own filter and its own result")
    void aBatchOfUpdates() {
        upsert(versioned(1, 5), versioned(2, 5));

        List<UpdateResult> results = points().updateBatch(UpdateBatchPoints.newBuilder()
                        .setCollectionName(name)
                        .setWait(true)
                        .addOperations(upsertOf(olderThan(9).getUpdateFilter(), versioned(1, 9)))
                        .addOperations(upsertOf(olderThan(4).getUpdateFilter(), versioned(2, 4)))
                        .addOperations(PointsUpdateOperation.newBuilder()
                                .setDeletePoints(PointsUpdateOperation.DeletePoints.newBuilder()
                                        .setPoints(ids(1))))
                        .build())
                .getResultList();

        assertThat(results)
                .extracting(UpdateResult::getStatus)
                .containsOnly(UpdateStatus.Completed)
                .hasSize(3);
        assertThat(matching(Filter.getDefaultInstance())).containsExactly(2L);
        assertThat(versions()).containsExactly(5L);
    }

    @Test
    @DisplayName("points are deleted by ids and by filter; what is not there is no error")
    void deletes() {
        upsert(
                point(id(1), Map.of("agent", text("a"))),
                point(id(2), Map.of("agent", text("a"))),
                point(id(3), Map.of("agent", text("b"))));

        delete(ids(1, 77));
        assertThat(matching(Filter.getDefaultInstance())).containsExactly(2L, 3L);

        delete(PointsSelector.newBuilder().setFilter(agent("a")).build());
        assertThat(matching(Filter.getDefaultInstance())).containsExactly(3L);
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> delete(PointsSelector.getDefaultInstance()));
    }

    @Test
    @DisplayName("payloads are set over, overwritten, deleted by key and cleared; vectors stay")
    void editsOfPayloads() {
        upsert(point(id(1), Map.of("a", number(1), "b", number(2))));
        PointsSelector one = ids(1);

        points().setPayload(SetPayloadPoints.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setPointsSelector(one)
                .putPayload("b", number(3))
                .putPayload("c", number(4))
                .build());
        assertThat(get(id(1)).get(0).getPayloadMap()).isEqualTo(Map.of("a", number(1), "b", number(3), "c", number(4)));

        points().deletePayload(DeletePayloadPoints.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setPointsSelector(one)
                .addKeys("a")
                .build());
        assertThat(get(id(1)).get(0).getPayloadMap()).containsOnlyKeys("b", "c");

        points().overwritePayload(SetPayloadPoints.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setPointsSelector(one)
                .putPayload("z", number(0))
                .build());
        assertThat(get(id(1)).get(0).getPayloadMap()).isEqualTo(Map.of("z", number(0)));

        points().clearPayload(ClearPayloadPoints.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setPoints(one)
                .build());
        assertThat(get(id(1)).get(0).getPayloadMap()).isEmpty();
        assertThat(get(id(1)).get(0).getVectors().getVectors().getVectorsMap()).containsKey("dense");
    }

    private void change(AliasOperations.Builder operation) {
        collections()
                .updateAliases(ChangeAliases.newBuilder().addActions(operation).build());
    }

    private CollectionInfo info() {
        return collections()
                .get(GetCollectionInfoRequest.newBuilder()
                        .setCollectionName(name)
                        .build())
                .getResult();
    }

    private boolean exists(String collection) {
        return collections()
                .collectionExists(CollectionExistsRequest.newBuilder()
                        .setCollectionName(collection)
                        .build())
                .getResult()
                .getExists();
    }

    private List<RetrievedPoint> get(io.qdrant.client.grpc.Common.PointId... ids) {
        return points().get(GetPoints.newBuilder()
                        .setCollectionName(name)
                        .addAllIds(Arrays.asList(ids))
                        .setWithPayload(withPayload())
                        .setWithVectors(WithVectorsSelector.newBuilder().setEnable(true))
                        .build())
                .getResultList();
    }

    private void delete(PointsSelector selector) {
        points().delete(DeletePoints.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setPoints(selector)
                .build());
    }

    private List<Long> versions() {
        return scroll(io.qdrant.client.grpc.Points.ScrollPoints.newBuilder()).stream()
                .map(found -> found.getPayloadMap().get("version").getIntegerValue())
                .toList();
    }

    private static UpsertPoints.Builder olderThan(long version) {
        return UpsertPoints.newBuilder()
                .setUpdateFilter(
                        must(range("version", Range.newBuilder().setLt(version).build())));
    }

    private static PointsUpdateOperation upsertOf(Filter filter, PointStruct point) {
        return PointsUpdateOperation.newBuilder()
                .setUpsert(PointsUpdateOperation.PointStructList.newBuilder()
                        .addPoints(point)
                        .setUpdateFilter(filter))
                .build();
    }

    private static PointStruct versioned(long id, long version) {
        return point(id(id), Map.of("version", number(version)));
    }

    private static io.qdrant.client.grpc.Points.Vector vector(float... data) {
        io.qdrant.client.grpc.Points.DenseVector.Builder dense = io.qdrant.client.grpc.Points.DenseVector.newBuilder();
        for (float value : data) {
            dense.addData(value);
        }
        return io.qdrant.client.grpc.Points.Vector.newBuilder().setDense(dense).build();
    }

    static PointsSelector ids(long... numbers) {
        PointsIdsList.Builder ids = PointsIdsList.newBuilder();
        for (long number : numbers) {
            ids.addIds(id(number));
        }
        return PointsSelector.newBuilder().setPoints(ids).build();
    }
}
