package dev.mneme.servers.qdrant;

import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.Collections.ChangeAliases;
import io.qdrant.client.grpc.Collections.CollectionDescription;
import io.qdrant.client.grpc.Collections.CollectionExists;
import io.qdrant.client.grpc.Collections.CollectionExistsRequest;
import io.qdrant.client.grpc.Collections.CollectionExistsResponse;
import io.qdrant.client.grpc.Collections.CollectionOperationResponse;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.DeleteCollection;
import io.qdrant.client.grpc.Collections.GetCollectionInfoRequest;
import io.qdrant.client.grpc.Collections.GetCollectionInfoResponse;
import io.qdrant.client.grpc.Collections.ListAliasesRequest;
import io.qdrant.client.grpc.Collections.ListAliasesResponse;
import io.qdrant.client.grpc.Collections.ListCollectionAliasesRequest;
import io.qdrant.client.grpc.Collections.ListCollectionsRequest;
import io.qdrant.client.grpc.Collections.ListCollectionsResponse;
import io.qdrant.client.grpc.Collections.UpdateCollection;
import io.qdrant.client.grpc.CollectionsGrpc;

/** Collections and aliases. What is not overridden answers UNIMPLEMENTED. */
final class CollectionCalls extends CollectionsGrpc.CollectionsImplBase {

    private final Storage storage;

    CollectionCalls(Storage storage) {
        this.storage = storage;
    }

    @Override
    public void create(CreateCollection request, StreamObserver<CollectionOperationResponse> answer) {
        Answers.send(
                answer,
                () -> storage.writing(() -> {
                    storage.create(request);
                    return done(true);
                }));
    }

    @Override
    public void update(UpdateCollection request, StreamObserver<CollectionOperationResponse> answer) {
        Answers.send(
                answer,
                () -> storage.writing(() -> {
                    storage.get(request.getCollectionName()).update(request);
                    return done(true);
                }));
    }

    @Override
    public void delete(DeleteCollection request, StreamObserver<CollectionOperationResponse> answer) {
        Answers.send(answer, () -> storage.writing(() -> done(storage.drop(request.getCollectionName()))));
    }

    @Override
    public void get(GetCollectionInfoRequest request, StreamObserver<GetCollectionInfoResponse> answer) {
        Answers.send(
                answer,
                () -> storage.reading(() -> GetCollectionInfoResponse.newBuilder()
                        .setResult(storage.get(request.getCollectionName()).info())
                        .build()));
    }

    @Override
    public void list(ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> answer) {
        Answers.send(
                answer,
                () -> storage.reading(() -> {
                    ListCollectionsResponse.Builder all = ListCollectionsResponse.newBuilder();
                    storage.names()
                            .forEach(name -> all.addCollections(
                                    CollectionDescription.newBuilder().setName(name)));
                    return all.build();
                }));
    }

    @Override
    public void collectionExists(CollectionExistsRequest request, StreamObserver<CollectionExistsResponse> answer) {
        Answers.send(
                answer,
                () -> storage.reading(() -> CollectionExistsResponse.newBuilder()
                        .setResult(CollectionExists.newBuilder().setExists(storage.exists(request.getCollectionName())))
                        .build()));
    }

    @Override
    public void updateAliases(ChangeAliases request, StreamObserver<CollectionOperationResponse> answer) {
        Answers.send(
                answer,
                () -> storage.writing(() -> {
                    storage.changeAliases(request.getActionsList());
                    return done(true);
                }));
    }

    @Override
    public void listAliases(ListAliasesRequest request, StreamObserver<ListAliasesResponse> answer) {
        Answers.send(
                answer,
                () -> storage.reading(() -> ListAliasesResponse.newBuilder()
                        .addAllAliases(storage.aliases())
                        .build()));
    }

    @Override
    public void listCollectionAliases(
            ListCollectionAliasesRequest request, StreamObserver<ListAliasesResponse> answer) {
        Answers.send(
                answer,
                () -> storage.reading(() -> {
                    storage.get(request.getCollectionName());
                    ListAliasesResponse.Builder all = ListAliasesResponse.newBuilder();
                    storage.aliases().stream()
                            .filter(alias -> alias.getCollectionName().equals(request.getCollectionName()))
                            .forEach(all::addAliases);
                    return all.build();
                }));
    }

    private static CollectionOperationResponse done(boolean result) {
        return CollectionOperationResponse.newBuilder().setResult(result).build();
    }
}
