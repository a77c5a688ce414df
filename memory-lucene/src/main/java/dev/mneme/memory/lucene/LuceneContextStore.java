package dev.mneme.memory.lucene;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.KeyPath;
import dev.mneme.Tenant;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.EmbedderMismatchException;
import dev.mneme.memory.context.FillAlert;
import dev.mneme.memory.context.Limits;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.context.StoreStats;
import dev.mneme.memory.context.StoreStats.BytesKind;
import dev.mneme.memory.context.TextAnalyzer;
import dev.mneme.memory.context.spi.AsyncCalls;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Scroll;
import dev.mneme.memory.context.spi.Upkeep;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * A context store in a folder of this machine: durable, with no server, for any number of agents.
 *
 * <p><b>Durability.</b> When {@code add} has returned, the record is on disk (in the store's journal, synced; threads that
 * add at the same time share a sync), unless the store was built with another {@link Durability}. It survives the death of
 * the process and of the machine; opening the folder again needs no repair. A record whose {@code add} did not return may
 * or may not be there.
 *
 * <p><b>Search.</b> The dense leg looks for the nearest of the agent's vectors as {@link DenseSearch} says, in memory. The
 * text leg is BM25 with the counts of the asking agent alone.
 *
 * <p><b>Memory.</b> Of each agent in use, the vectors and all that is known of its records but their texts are in memory, as
 * long as the {@linkplain Builder#memoryBudget budget} allows it.
 *
 * <p><b>Threads.</b> Work runs on the caller's thread, but for one daemon thread a store that feeds the index, one that syncs
 * if the caller does not, those with which Lucene merges, and those of the async calls; all end with {@link #close}. Searches of one agent run side
 * by side and block its changes for as long as they scan. Calls are not interruptible, and keep a thread's interrupt as it
 * is.
 *
 * <p>A folder belongs to one open store at a time, in this process or any other.
 */
public final class LuceneContextStore implements ContextStore {

    private final Folder folder;
    private final Intake intake;
    private final Upkeep upkeep;
    private final AsyncCalls asyncCalls;
    private final int codesFrom;
    private final Directory directory;
    private final WritePipeline pipeline;
    private final AtomicLong seqs;
    /** Of all agents; those whose time is over count until their agent is looked at. */
    private final AtomicLong records = new AtomicLong();

    private final OpenAgents agents = new OpenAgents();
    private final MemoryBudget budget;
    private final Set<LuceneAgentContext> unseen = ConcurrentHashMap.newKeySet();
    private final ReentrantReadWriteLock lifecycle = new ReentrantReadWriteLock();
    private boolean closed;

    private LuceneContextStore(Builder builder) {
        this.intake =
                new Intake(builder.embedder, builder.analyzer, builder.clock, builder.maxTextBytes, builder.profile);
        this.upkeep = new Upkeep(builder.limits, builder.duplicates, builder.onAlert);
        this.asyncCalls = AsyncCalls.on(builder.executor);
        this.codesFrom = builder.denseSearch == DenseSearch.EXACT ? Integer.MAX_VALUE : builder.codesFrom;
        this.budget = new MemoryBudget(builder.memoryBudget);
        this.folder = new Folder(
                builder.path.toAbsolutePath().normalize(),
                builder.embedder.fingerprint(),
                builder.analyzer.fingerprint());
        var opened = new ArrayList<Closeable>();
        boolean done = false;
        try {
            folder.create();
            this.directory = new MMapDirectory(folder.index());
            opened.add(directory);
            boolean isNew = folder.isNew(directory);
            var writer = new IndexWriter(directory, config());
            opened.add(writer::rollback);
            long number = isNew ? 0 : folder.checkCommitData(commitData(writer));
            // looks into every file of the index, so that a damaged one is known before anything is changed
            DirectoryReader.open(writer).close();
            long next = Journal.replay(
                    folder.journal(),
                    number,
                    payload -> Change.decode(payload, intake::terms).applyTo(writer));
            writer.setLiveCommitData(folder.commitData(next).entrySet());
            writer.commit();
            var journal = new Journal(folder.journal(), next);
            opened.add(journal);
            journal.deleteBefore(next);
            this.pipeline = new WritePipeline(
                    folder,
                    writer,
                    journal,
                    builder.refreshEvery,
                    builder.checkpointBytes,
                    builder.durability,
                    builder.timer.apply("mneme-sync-" + folder.path().getFileName()),
                    this::seen);
            try (View view = pipeline.view()) {
                this.seqs = new AtomicLong(TextIndex.lastSeq(view) + 1);
                records.set(view.reader.numDocs() - UseIndex.documents(view));
            }
            done = true;
        } catch (IOException | UncheckedIOException e) {
            throw folder.unopenable(e);
        } finally {
            if (!done) {
                closeAll(opened);
            }
        }
    }

    private static IndexWriterConfig config() {
        var mergePolicy = new TieredMergePolicy();
        // erasing must leave nothing behind, however little it is of a segment
        mergePolicy.setForceMergeDeletesPctAllowed(0);
        return new IndexWriterConfig()
                .setMergePolicy(mergePolicy)
                .setRAMBufferSizeMB(64)
                .setCommitOnClose(false);
    }

    private static Map<String, String> commitData(IndexWriter writer) {
        Map<String, String> data = new HashMap<>();
        var kept = writer.getLiveCommitData();
        if (kept != null) {
            kept.forEach(entry -> data.put(entry.getKey(), entry.getValue()));
        }
        return data;
    }

    private static void closeAll(List<Closeable> opened) {
        // the last opened first; what fails now would only hide why opening failed
        for (int i = opened.size() - 1; i >= 0; i--) {
            IOUtils.closeWhileHandlingException(opened.get(i));
        }
    }

    /**
     * Opens the store in this folder, and makes both if they are not there, with the default settings.
     *
     * @throws EmbedderMismatchException if the store's vectors were made by an embedder with another fingerprint
     * @throws ContextStoreException if the folder is open elsewhere, is damaged, is something else, or cannot be written
     */
    public static LuceneContextStore open(Path folder, Embedder embedder) {
        return builder(folder, embedder).open();
    }

    public static Builder builder(Path folder, Embedder embedder) {
        return new Builder(folder, embedder);
    }

    @Override
    public AgentContext agent(AgentKey key) {
        return whileOpen(() -> context(key));
    }

    @Override
    public String fingerprint() {
        return intake.fingerprint();
    }

    @Override
    public List<AgentKey> agents(Optional<AgentKey> after, int limit) {
        Scroll.checkLimit(limit);
        String from = after.map(AgentKey::key).orElse("");
        return whileOpen(() -> {
            var keys = new TreeSet<String>();
            for (LuceneAgentContext agent : unseen) { // before the view, which shows what is no longer among them
                addIfBehind(keys, agent.key().key(), from);
            }
            var unsure = Set.copyOf(keys);
            try (View view = pipeline.view()) {
                keys.addAll(TextIndex.agents(view, from, limit + unsure.size()));
            }
            return keys.stream()
                    .map(LuceneContextStore::agentKey)
                    .filter(key -> !unsure.contains(key.key()) || context(key).count() > 0)
                    .limit(limit)
                    .toList();
        });
    }

    private static void addIfBehind(Set<String> keys, String key, String from) {
        if (key.compareTo(from) > 0) {
            keys.add(key);
        }
    }

    private static AgentKey agentKey(String key) {
        List<String> parts = KeyPath.split(key);
        return AgentKey.of(parts.get(0), parts.get(1));
    }

    /**
     * {@inheritDoc}
     *
     * <p>The records are gone from the files too when this returns: the parts of the index and the journal that held them
     * are written anew. That takes as long as writing those parts does.
     */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        return whileOpen(() -> {
            long records = 0;
            for (AgentKey key : agentsOf(tenant)) {
                records += context(key).clearOpen();
            }
            try {
                pipeline.purge();
            } catch (IOException e) {
                throw folder.unwritable("the records are gone for readers, but not from the files: erase again", e);
            }
            return new ErasureReceipt("context store " + folder.path(), tenant, records);
        });
    }

    private Set<AgentKey> agentsOf(Tenant tenant) throws IOException {
        Set<AgentKey> keys = new HashSet<>();
        try (View view = pipeline.view()) {
            Set<String> stored = new HashSet<>(TextIndex.agents(view, tenant.key() + ':'));
            // uses may outlive the last of an agent's records
            stored.addAll(UseIndex.agents(view, tenant.key() + ':'));
            for (String key : stored) {
                keys.add(agentKey(key));
            }
        }
        // those whose first records the index does not show yet
        for (AgentKey key : agents.keys()) {
            if (key.tenant().equals(tenant)) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** {@inheritDoc} The bytes are the sizes of the folder's files, measured. */
    @Override
    public StoreStats stats() {
        return whileOpen(() -> upkeep.storeStats(records.get(), folder.bytes(), BytesKind.MEASURED));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits for the calls under way, then until the index is committed. Async calls that have not begun fail.
     *
     * @throws ContextStoreException if the index could not be committed; what was acknowledged is in the journal then
     */
    @Override
    public void close() {
        asyncCalls.close();
        upkeep.close();
        lifecycle.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            agents.contexts().forEach(LuceneAgentContext::saveUsesAtClose);
            agents.clear();
            budget.clear();
            unseen.clear();
            try {
                pipeline.close();
            } finally {
                directory.close();
            }
        } catch (IOException e) {
            throw folder.stopped("could not be committed", e);
        } finally {
            lifecycle.writeLock().unlock();
        }
    }

    /** Work that needs the store open. */
    interface Work<T> {
        T run() throws IOException;
    }

    <T> T whileOpen(Work<T> work) {
        lifecycle.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the context store " + folder.path() + " is closed");
            }
            pipeline.check();
            return work.run();
        } catch (IOException | UncheckedIOException e) {
            throw folder.unreadable(e);
        } finally {
            lifecycle.readLock().unlock();
        }
    }

    Folder folder() {
        return folder;
    }

    Intake intake() {
        return intake;
    }

    Upkeep upkeep() {
        return upkeep;
    }

    /** Notes that an agent has so many records more, or less if below 0. */
    void recordsChanged(int by) {
        records.addAndGet(by);
    }

    AsyncCalls asyncCalls() {
        return asyncCalls;
    }

    WritePipeline pipeline() {
        return pipeline;
    }

    int dimensions() {
        return intake.dimensions();
    }

    /** The number of records of an agent from which on its vectors have codes. */
    int codesFrom() {
        return codesFrom;
    }

    long nextSeq() {
        return seqs.getAndIncrement();
    }

    MemoryBudget budget() {
        return budget;
    }

    /** Notes, under the agent's lock, that the index does not show its last change yet. */
    void hasUnseen(LuceneAgentContext agent) {
        unseen.add(agent);
    }

    /** Notes, under the agent's lock, that the index shows all of it. */
    void hasNoneUnseen(LuceneAgentContext agent) {
        unseen.remove(agent);
    }

    /** How many agents have a change that the index does not show yet. */
    int unseenAgents() {
        return unseen.size();
    }

    private void seen(long covered) {
        unseen.forEach(agent -> agent.seen(covered));
    }

    private LuceneAgentContext context(AgentKey key) {
        return agents.get(key, any -> new LuceneAgentContext(this, any));
    }

    /** Settings of a store; each has a default. Not safe to share between threads. */
    public static final class Builder {
        private final Path path;
        private final Embedder embedder;
        private TextAnalyzer analyzer = TextAnalyzer.russianEnglish();
        private InstantSource clock = InstantSource.system();
        private int maxTextBytes = AgentContext.DEFAULT_MAX_TEXT_BYTES;
        private RetrievalProfile profile = RetrievalProfile.CONVERSATION;
        private Limits limits = Limits.none();
        private Duplicates duplicates = Duplicates.off();
        private @Nullable Consumer<FillAlert> onAlert;
        private @Nullable Executor executor;
        private Durability durability = Durability.strict();
        private Function<String, SyncTimer> timer = SyncTimer::onThread;
        private long memoryBudget = Runtime.getRuntime().maxMemory() / 2;
        private DenseSearch denseSearch = DenseSearch.QUANTISED;
        private int codesFrom = DenseSearch.EXACT_BELOW;
        private int refreshEvery = WritePipeline.REFRESH_EVERY;
        private long checkpointBytes = WritePipeline.CHECKPOINT_BYTES;

        private Builder(Path path, Embedder embedder) {
            this.path = path;
            this.embedder = embedder;
        }

        /**
         * How text becomes terms; {@link TextAnalyzer#russianEnglish()} by default. A folder can be opened only with the
         * analyzer it was made with.
         */
        public Builder analyzer(TextAnalyzer analyzer) {
            this.analyzer = analyzer;
            return this;
        }

        /** The clock for the times of interactions without one, for ages and for times to live; the system's by default. */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** The most bytes (UTF-8) of an interaction's text; {@value AgentContext#DEFAULT_MAX_TEXT_BYTES} by default. */
        public Builder maxTextBytes(int maxTextBytes) {
            this.maxTextBytes = maxTextBytes;
            return this;
        }

        /** What searches make of the records around a match; {@link RetrievalProfile#CONVERSATION} by default. */
        public Builder profile(RetrievalProfile profile) {
            this.profile = profile;
            return this;
        }

        /** How the dense leg finds the nearest vectors; {@link DenseSearch#QUANTISED} by default. */
        public Builder denseSearch(DenseSearch denseSearch) {
            this.denseSearch = denseSearch;
            return this;
        }

        /**
         * How many bytes of heap the memories of all agents may take together; half of the heap's most by default.
         *
         * <p>An agent's memory is loaded at its first use. When there is no room for it, those used longest ago are dropped,
         * and are read again at their next use. A memory that a call is using is never dropped, however large it is: so
         * the budget is overdrawn at most by the memories in use, and for the moment of loading by as much again.
         *
         * @throws IllegalArgumentException if the budget is below 0
         */
        public Builder memoryBudget(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("memoryBudget must be at least 0 bytes, was " + bytes);
            }
            this.memoryBudget = bytes;
            return this;
        }

        /**
         * How many records an agent may have, and which go then; {@link Limits#none()} by default. Where the policy needs uses,
         * they are kept in memory and saved with the agent's 1,000th use, or, if that is more, when there was one for every
         * fourth record, and when the agent's memory is dropped or the store closed. A crash loses those since; their records
         * then count as used earlier.
         */
        public Builder limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        /** What becomes of an interaction that says again what a record says; {@link Duplicates#off()} by default. */
        public Builder duplicates(Duplicates duplicates) {
            this.duplicates = duplicates;
            return this;
        }

        /**
         * Who is told when an agent reaches a level of its limits, or is well below it again; nobody by default. Called on a
         * daemon thread of the store, one alert after the other, under no lock; up to 1,000 alerts wait for it, more are dropped
         * and {@linkplain StoreStats#alertsDropped() counted}. What levels an agent has reached is known from its first change
         * in this process on.
         */
        public Builder onAlert(Consumer<FillAlert> onAlert) {
            this.onAlert = onAlert;
            return this;
        }

        /** When a change is on disk; {@link Durability#strict()} by default: when its call returns. */
        public Builder durability(Durability durability) {
            this.durability = durability;
            return this;
        }

        /**
         * Where the async calls run; by default on virtual threads, or before Java 21 on up to 16 daemon threads of the
         * store. It is not closed with the store. One that runs a task on the thread that hands it over makes those calls block.
         */
        public Builder executor(Executor executor) {
            this.executor = executor;
            return this;
        }

        /** For tests: the timer of the syncs that no caller waits for. */
        Builder timer(SyncTimer timer) {
            this.timer = name -> timer;
            return this;
        }

        /** For tests: from how many records on an agent's vectors have codes. */
        Builder codesFrom(int records) {
            this.codesFrom = records;
            return this;
        }

        /** For tests: how many records may wait for a look at the index, and how long the journal may grow. */
        Builder often(int refreshEvery, long checkpointBytes) {
            this.refreshEvery = refreshEvery;
            this.checkpointBytes = checkpointBytes;
            return this;
        }

        /**
         * Opens the store; see {@link LuceneContextStore#open}.
         *
         * @throws IllegalArgumentException if a setting is out of range
         */
        public LuceneContextStore open() {
            return new LuceneContextStore(this);
        }
    }
}
