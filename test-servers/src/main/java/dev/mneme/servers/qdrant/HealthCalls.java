package dev.mneme.servers.qdrant;

import io.grpc.stub.StreamObserver;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.QdrantOuterClass.HealthCheckReply;
import io.qdrant.client.grpc.QdrantOuterClass.HealthCheckRequest;

/** Says title and version, as clients ask at connect. */
final class HealthCalls extends QdrantGrpc.QdrantImplBase {

    private volatile String version = "1.18.0";

    void version(String version) {
        this.version = version;
    }

    @Override
    public void healthCheck(HealthCheckRequest request, StreamObserver<HealthCheckReply> answer) {
        Answers.send(
                answer,
                () -> HealthCheckReply.newBuilder()
                        .setTitle("qdrant - vector search engine")
                        .setVersion(version)
                        .build());
    }
}
