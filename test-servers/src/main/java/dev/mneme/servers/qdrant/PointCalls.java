package dev.mneme.servers.qdrant;

import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Points.BatchResult;
import io.qdrant.client.grpc.Points.ClearPayloadPoints;
import io.qdrant.client.grpc.Points.CountPoints;
import io.qdrant.client.grpc.Points.CountResponse;
import io.qdrant.client.grpc.Points.CountResult;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.DeleteFieldIndexCollection;
import io.qdrant.client.grpc.Points.DeletePayloadPoints;
import io.qdrant.client.grpc.Points.DeletePoints;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FacetResponse;
import io.qdrant.client.grpc.Points.GetPoints;
import io.qdrant.client.grpc.Points.GetResponse;
import io.qdrant.client.grpc.Points.PointsOperationResponse;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.PointsUpdateOperation;
import io.qdrant.client.grpc.Points.QueryBatchPoints;
import io.qdrant.client.grpc.Points.QueryBatchResponse;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.QueryResponse;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.ScrollResponse;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.SearchResponse;
import io.qdrant.client.grpc.Points.SetPayloadPoints;
import io.qdrant.client.grpc.Points.UpdateBatchPoints;
import io.qdrant.client.grpc.Points.UpdateBatchResponse;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.PointsGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Points and payload indexes. What is not overridden answers UNIMPLEMENTED. */
final class PointCalls extends PointsGrpc.PointsImplBase {

    private final Storage storage;
    private final Writes writes;
    private final TenantRule tenants;

    PointCalls(Storage storage, Writes writes, TenantRule tenants) {
        this.storage = storage;
        this.writes = writes;
        this.tenants = tenants;
    }

    @Override
    public void upsert(UpsertPoints request, StreamObserver<PointsOperationResponse> answer) {
        write(
                answer,
                request.getCollectionName(),
                request.getWait(),
                request.hasTimeout(),
                () -> Changes.upsert(
                        request.getPointsList(),
                        request.hasUpdateFilter() ? request.getUpdateFilter() : null,
                        request.getUpdateMode()));
    }

    @Override
    public void delete(DeletePoints request, StreamObserver<PointsOperationResponse> answer) {
        write(answer, request.getCollectionName(), request.getWait(), request.hasTimeout(), () -> {
            tenants.check("Points/Delete", request.getPoints());
            return Changes.delete(request.getPoints());
        });
    }

    @Override
    public void setPayload(SetPayloadPoints request, StreamObserver<PointsOperationResponse> answer) {
        write(answer, request.getCollectionName(), request.getWait(), request.hasTimeout(), () -> {
            tenants.check("Points/SetPayload", request.getPointsSelector());
            checkWhole(request.hasKey());
            return Changes.setPayload(request.getPointsSelector(), request.getPayloadMap());
        });
    }

    @Override
    public void overwritePayload(SetPayloadPoints request, StreamObserver<PointsOperationResponse> answer) {
        write(answer, request.getCollectionName(), request.getWait(), request.hasTimeout(), () -> {
            tenants.check("Points/OverwritePayload", request.getPointsSelector());
            checkWhole(request.hasKey());
            return Changes.overwritePayload(request.getPointsSelector(), request.getPayloadMap());
        });
    }

    @Override
    public void deletePayload(DeletePayloadPoints request, StreamObserver<PointsOperationResponse> answer) {
        write(answer, request.getCollectionName(), request.getWait(), request.hasTimeout(), () -> {
            tenants.check("Points/DeletePayload", request.getPointsSelector());
            return Changes.deletePayload(request.getPointsSelector(), request.getKeysList());
        });
    }

    @Override
    public void clearPayload(ClearPayloadPoints request, StreamObserver<PointsOperationResponse> answer) {
        write(answer, request.getCollectionName(), request.getWait(), request.hasTimeout(), () -> {
            tenants.check("Points/ClearPayload", request.getPoints());
            return Changes.overwritePayload(request.getPoints(), Map.of());
        });
    }

    /** One write after the other; the first that is refused ends the call, and those before it stay. */
    @Override
    public void updateBatch(UpdateBatchPoints request, StreamObserver<UpdateBatchResponse> answer) {
        Answers.send(
                answer,
                () -> storage.writing(() -> {
                    StoredCollection collection = storage.get(request.getCollectionName());
                    if (request.getOperationsCount() == 0) {
                        throw Refusals.invalid("Validation error: operations must not be empty");
                    }
                    List<Writes.Change> changes = new ArrayList<>();
                    request.getOperationsList().forEach(operation -> changes.add(change(operation)));
                    UpdateBatchResponse.Builder results = UpdateBatchResponse.newBuilder();
                    for (Writes.Change change : changes) {
                        results.addResult(writes.submit(collection, change, request.getWait(), request.hasTimeout()));
                    }
                    return results.build();
                }));
    }

    @Override
    public void createFieldIndex(CreateFieldIndexCollection request, StreamObserver<PointsOperationResponse> answer) {
        write(answer, request.getCollectionName(), request.getWait(), request.hasTimeout(), () -> {
            PayloadPath.of(request.getFieldName());
            FieldIndex index = FieldIndex.of(request);
            return (edit, version) -> edit.collection().indexes().put(request.getFieldName(), index);
        });
    }

    @Override
    public void deleteFieldIndex(DeleteFieldIndexCollection request, StreamObserver<PointsOperationResponse> answer) {
        write(
                answer,
                request.getCollectionName(),
                request.getWait(),
                request.hasTimeout(),
                () -> (edit, version) -> edit.collection().indexes().remove(request.getFieldName()));
    }

    @Override
    public void get(GetPoints request, StreamObserver<GetResponse> answer) {
        read(
                answer,
                request.getCollectionName(),
                collection -> GetResponse.newBuilder()
                        .addAllResult(Readings.get(collection, request))
                        .build());
    }

    @Override
    public void scroll(ScrollPoints request, StreamObserver<ScrollResponse> answer) {
        read(answer, request.getCollectionName(), collection -> {
            tenants.check("Points/Scroll", request.getFilter());
            return Readings.scroll(collection, request);
        });
    }

    @Override
    public void count(CountPoints request, StreamObserver<CountResponse> answer) {
        read(answer, request.getCollectionName(), collection -> {
            tenants.check("Points/Count", request.getFilter());
            long count = collection.matching(request.getFilter()).count();
            return CountResponse.newBuilder()
                    .setResult(CountResult.newBuilder().setCount(count))
                    .build();
        });
    }

    @Override
    public void facet(FacetCounts request, StreamObserver<FacetResponse> answer) {
        read(answer, request.getCollectionName(), collection -> {
            tenants.check("Points/Facet", request.getFilter());
            return FacetResponse.newBuilder()
                    .addAllHits(Readings.facet(collection, request))
                    .build();
        });
    }

    @Override
    public void query(QueryPoints request, StreamObserver<QueryResponse> answer) {
        read(answer, request.getCollectionName(), collection -> {
            tenants.check("Points/Query", request.getFilter());
            return QueryResponse.newBuilder()
                    .addAllResult(Readings.query(collection, request))
                    .build();
        });
    }

    @Override
    public void queryBatch(QueryBatchPoints request, StreamObserver<QueryBatchResponse> answer) {
        read(answer, request.getCollectionName(), collection -> {
            QueryBatchResponse.Builder results = QueryBatchResponse.newBuilder();
            for (QueryPoints query : request.getQueryPointsList()) {
                tenants.check("Points/QueryBatch", query.getFilter());
                results.addResult(BatchResult.newBuilder().addAllResult(Readings.query(collection, query)));
            }
            return results.build();
        });
    }

    /** The search of before the query API, which peers use. */
    @Override
    public void search(SearchPoints request, StreamObserver<SearchResponse> answer) {
        read(answer, request.getCollectionName(), collection -> {
            tenants.check("Points/Search", request.getFilter());
            return SearchResponse.newBuilder()
                    .addAllResult(Readings.query(collection, Readings.asQuery(request)))
                    .build();
        });
    }

    private Writes.Change change(PointsUpdateOperation operation) {
        return switch (operation.getOperationCase()) {
            case UPSERT -> {
                PointsUpdateOperation.PointStructList upsert = operation.getUpsert();
                yield Changes.upsert(
                        upsert.getPointsList(),
                        upsert.hasUpdateFilter() ? upsert.getUpdateFilter() : null,
                        upsert.getUpdateMode());
            }
            case DELETE_POINTS ->
                Changes.delete(checked(operation.getDeletePoints().getPoints()));
            case SET_PAYLOAD -> {
                checkWhole(operation.getSetPayload().hasKey());
                yield Changes.setPayload(
                        checked(operation.getSetPayload().getPointsSelector()),
                        operation.getSetPayload().getPayloadMap());
            }
            case OVERWRITE_PAYLOAD -> {
                checkWhole(operation.getOverwritePayload().hasKey());
                yield Changes.overwritePayload(
                        checked(operation.getOverwritePayload().getPointsSelector()),
                        operation.getOverwritePayload().getPayloadMap());
            }
            case DELETE_PAYLOAD ->
                Changes.deletePayload(
                        checked(operation.getDeletePayload().getPointsSelector()),
                        operation.getDeletePayload().getKeysList());
            case CLEAR_PAYLOAD ->
                Changes.overwritePayload(checked(operation.getClearPayload().getPoints()), Map.of());
            default -> throw Refusals.unimplemented("batch operation " + operation.getOperationCase());
        };
    }

    private PointsSelector checked(PointsSelector selector) {
        tenants.check("Points/UpdateBatch", selector);
        return selector;
    }

    private static void checkWhole(boolean byKey) {
        if (byKey) {
            throw Refusals.unimplemented("payload under a key");
        }
    }

    private void write(
            StreamObserver<PointsOperationResponse> answer,
            String name,
            boolean waits,
            boolean limited,
            java.util.function.Supplier<Writes.Change> change) {
        Answers.send(
                answer,
                () -> storage.writing(() -> {
                    StoredCollection collection = storage.get(name);
                    return PointsOperationResponse.newBuilder()
                            .setResult(writes.submit(collection, change.get(), waits, limited))
                            .build();
                }));
    }

    private <T> void read(StreamObserver<T> answer, String name, Function<StoredCollection, @Nullable T> action) {
        Answers.send(answer, () -> storage.reading(() -> action.apply(storage.get(name))));
    }
}
