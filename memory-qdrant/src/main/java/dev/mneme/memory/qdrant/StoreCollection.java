package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.EmbedderMismatchException;
import dev.mneme.memory.qdrant.Calls.CallFailedException;
import dev.mneme.memory.qdrant.Calls.What;
import io.grpc.Status;
import io.qdrant.client.grpc.Collections.CollectionInfo;
import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.GetCollectionInfoRequest;
import io.qdrant.client.grpc.Collections.HnswConfigDiff;
import io.qdrant.client.grpc.Collections.ListCollectionsRequest;
import io.qdrant.client.grpc.Collections.SparseVectorConfig;
import io.qdrant.client.grpc.Collections.SparseVectorParams;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Collections.VectorParamsMap;
import io.qdrant.client.grpc.Collections.VectorsConfig;
import io.qdrant.client.grpc.CollectionsGrpc;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.PointsGrpc;
import io.qdrant.client.grpc.QdrantGrpc;
import io.qdrant.client.grpc.QdrantOuterClass.HealthCheckReply;
import io.qdrant.client.grpc.QdrantOuterClass.HealthCheckRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * The collection of a store: one for each embedder, named by the store's name and a hash of the embedder's fingerprint. Its
 * metadata says in full which embedder and analyzer it was made with.
 */
final class StoreCollection {

    private static final String FORMAT = "mneme.format";
    private static final String EMBEDDER = "mneme.embedder";
    private static final String ANALYZER = "mneme.analyzer";
    private static final String CURRENT_FORMAT = "1";

    /** Older servers take no condition on an update, and would let an older record overwrite a newer one. */
    private static final int LEAST_MINOR = 16;

    private final Calls calls;
    private final QdrantOptions options;
    private final String store;
    private final String embedder;
    private final String analyzer;
    private final int dimensions;
    private final boolean besideOthers;
    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean ready;

    StoreCollection(
            Calls calls,
            QdrantOptions options,
            String store,
            String embedder,
            String analyzer,
            int dimensions,
            boolean besideOthers) {
        this.calls = calls;
        this.options = options;
        this.store = store;
        this.embedder = embedder;
        this.analyzer = analyzer;
        this.dimensions = dimensions;
        this.besideOthers = besideOthers;
        this.name = store + '_' + Names.hash(embedder).substring(0, 16);
    }

    String name() {
        return name;
    }

    String embedder() {
        return embedder;
    }

    /** The store in words, for messages and receipts. */
    @Override
    public String toString() {
        return "the context store '" + store + "' on " + options;
    }

    /**
     * Makes sure, once, that the collection is there and is the one that this store can use. Of calls that come meanwhile
     * each waits for the first, no longer than its deadline.
     *
     * @throws EmbedderMismatchException if the store was made with another embedder
     * @throws ContextStoreException if the server cannot be asked, or the collection is of no use to this store
     */
    void prepare() {
        if (ready) {
            return;
        }
        lock();
        try {
            if (!ready) {
                checkServer();
                CollectionInfo info = find().orElseGet(this::create);
                check(info);
                index(Schema.missing(info.getPayloadSchemaMap()));
                ready = true;
            }
        } finally {
            lock.unlock();
        }
    }

    private void lock() {
        try {
            if (!lock.tryLock(calls.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new ContextStoreAwayException(
                        What.OPEN.failed(options) + ": another thread is still trying; " + What.OPEN.outcome(), null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ContextStoreException(
                    What.OPEN.failed(options) + ": the thread was interrupted; " + What.OPEN.outcome(), e);
        }
    }

    /** The version of the server, such as {@code 1.18.3}. */
    String version() {
        HealthCheckReply reply =
                calls.one(What.OPEN, QdrantGrpc.getHealthCheckMethod(), HealthCheckRequest.getDefaultInstance());
        return reply.getVersion();
    }

    private void checkServer() {
        String version = version();
        if (!isEnough(version)) {
            throw new ContextStoreException(
                    this + " needs Qdrant 1." + LEAST_MINOR + " or later, found " + version
                            + ": an older one lets an older record overwrite a newer one",
                    null);
        }
    }

    /** Whether a server of this version has what the store needs; one that does not say is taken at its word. */
    static boolean isEnough(String version) {
        String[] parts = version.split("\\.", 3);
        try {
            int major = Integer.parseInt(parts[0]);
            return major > 1 || (major == 1 && Integer.parseInt(parts[1]) >= LEAST_MINOR);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return true;
        }
    }

    /** The collection as the server knows it; empty if it is not there. */
    Optional<CollectionInfo> find() {
        return find(name);
    }

    private Optional<CollectionInfo> find(String collection) {
        try {
            return Optional.of(calls.one(
                            What.OPEN,
                            CollectionsGrpc.getGetMethod(),
                            GetCollectionInfoRequest.newBuilder()
                                    .setCollectionName(collection)
                                    .build())
                    .getResult());
        } catch (CallFailedException e) {
            if (e.code() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private CollectionInfo create() {
        if (!besideOthers) {
            checkNoOther();
        }
        try {
            calls.one(What.OPEN, CollectionsGrpc.getCreateMethod(), creation());
        } catch (CallFailedException e) {
            // another process may have made it in the same moment; if not, it is not there and that is told below
            if (e.code() != Status.Code.ALREADY_EXISTS && e.code() != Status.Code.INVALID_ARGUMENT) {
                throw e;
            }
        }
        return find().orElseThrow(() -> new ContextStoreException(
                this + " could not make its collection " + name + "; see to the server's limits and rights", null));
    }

    private CreateCollection creation() {
        var creation = CreateCollection.newBuilder()
                .setCollectionName(name)
                .setTimeout(calls.timeoutSeconds())
                .setVectorsConfig(VectorsConfig.newBuilder()
                        .setParamsMap(VectorParamsMap.newBuilder()
                                .putMap(
                                        Schema.DENSE,
                                        VectorParams.newBuilder()
                                                .setSize(dimensions)
                                                // vectors have length one, so that their product is the cosine
                                                .setDistance(Distance.Dot)
                                                .build())))
                .setSparseVectorsConfig(
                        SparseVectorConfig.newBuilder().putMap(Schema.WORDS, SparseVectorParams.getDefaultInstance()))
                // a graph for each agent, none over all
                .setHnswConfig(HnswConfigDiff.newBuilder().setM(0).setPayloadM(16))
                .putMetadata(FORMAT, text(CURRENT_FORMAT))
                .putMetadata(EMBEDDER, text(embedder))
                .putMetadata(ANALYZER, text(analyzer));
        options.shards().ifPresent(creation::setShardNumber);
        options.replicas().ifPresent(creation::setReplicationFactor);
        options.writeConsistency().ifPresent(creation::setWriteConsistencyFactor);
        return creation.build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    /** A store without records of this embedder, but with records of another, is opened by mistake. */
    private void checkNoOther() {
        List<String> others = calls
                .one(What.OPEN, CollectionsGrpc.getListMethod(), ListCollectionsRequest.getDefaultInstance())
                .getCollectionsList()
                .stream()
                .map(collection -> collection.getName())
                .filter(this::isOfThisStore)
                .toList();
        for (String other : others) {
            Optional<String> stored = find(other).flatMap(info -> metadata(info, EMBEDDER));
            if (stored.isPresent()) {
                throw new EmbedderMismatchException(toString(), stored.get(), embedder);
            }
        }
    }

    private boolean isOfThisStore(String collection) {
        return collection.matches(Pattern.quote(store) + "_[0-9a-f]{16}") && !collection.equals(name);
    }

    private void check(CollectionInfo info) {
        String format = metadata(info, FORMAT).orElse("none");
        if (!format.equals(CURRENT_FORMAT)) {
            throw new ContextStoreException(
                    this + " has the collection " + name + " of format " + format + ", this version reads format "
                            + CURRENT_FORMAT + "; open it with the version that wrote it, or choose another name",
                    null);
        }
        String storedEmbedder = metadata(info, EMBEDDER).orElse("");
        if (!storedEmbedder.equals(embedder)) {
            throw new EmbedderMismatchException(toString(), storedEmbedder, embedder);
        }
        String storedAnalyzer = metadata(info, ANALYZER).orElse("");
        if (!storedAnalyzer.equals(analyzer)) {
            throw new ContextStoreException(
                    this + " holds the terms of the analyzer '" + storedAnalyzer + "' and cannot be opened with '"
                            + analyzer
                            + "'; open it with the analyzer it was made with, or fill a new store with the new one",
                    null);
        }
        long stored = info.getConfig()
                .getParams()
                .getVectorsConfig()
                .getParamsMap()
                .getMapOrDefault(Schema.DENSE, VectorParams.getDefaultInstance())
                .getSize();
        if (stored != dimensions) {
            throw new ContextStoreException(
                    this + " holds vectors of " + stored + " dimensions, and the embedder '" + embedder + "' gives "
                            + dimensions + "; an embedder whose vectors change must change its fingerprint",
                    null);
        }
    }

    /** Makes the indexes that are missing, which after a crash in the midst of it may be some. */
    private void index(List<String> missing) {
        List<CreateFieldIndexCollection> creations = Schema.INDEXES.stream()
                .filter(index -> missing.contains(index.field()))
                .map(this::creation)
                .toList();
        calls.all(What.OPEN, PointsGrpc.getCreateFieldIndexMethod(), creations);
    }

    private CreateFieldIndexCollection creation(Schema.Index index) {
        return CreateFieldIndexCollection.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setFieldName(index.field())
                .setFieldType(index.type())
                .setFieldIndexParams(index.params())
                .setTimeout(calls.timeoutSeconds())
                .build();
    }

    private static Optional<String> metadata(CollectionInfo info, String key) {
        Map<String, Value> metadata = info.getConfig().getMetadataMap();
        return Optional.ofNullable(metadata.get(key)).map(Value::getStringValue);
    }
}
