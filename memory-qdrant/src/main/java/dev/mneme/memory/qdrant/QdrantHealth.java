package dev.mneme.memory.qdrant;

import dev.mneme.HealthCheck;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CollectionStatus;
import java.util.List;
import java.util.Optional;

/** Whether the server serves the store: it is reached, and has the collection as it was made. */
final class QdrantHealth implements HealthCheck {

    private final Calls calls;
    private final StoreCollection collection;

    QdrantHealth(Calls calls, StoreCollection collection) {
        this.calls = calls;
        this.collection = collection;
    }

    @Override
    public String name() {
        return "qdrant";
    }

    @Override
    public Result check() {
        return calls.withinDeadline(this::ask);
    }

    private Result ask() {
        String version = collection.version();
        Optional<CollectionInfo> info = collection.find();
        Result result = info.map(this::judge).orElseGet(() -> Result.unhealthy("the collection is not there"));
        long points = info.map(CollectionInfo::getPointsCount).orElse(0L);
        return result.with("version", version)
                .with("collection", collection.name())
                .with("points", points);
    }

    private Result judge(CollectionInfo info) {
        if (info.getStatus() == CollectionStatus.Red) {
            return Result.unhealthy("the server says the collection is broken");
        }
        List<String> missing = Schema.missing(info.getPayloadSchemaMap());
        if (!missing.isEmpty()) {
            return Result.degraded("indexes are missing: " + String.join(", ", missing));
        }
        return Result.healthy();
    }
}
