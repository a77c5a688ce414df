package dev.mneme.memory.lucene;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStats;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Prune;
import dev.mneme.memory.context.PruneReport;
import dev.mneme.memory.context.spi.Conversation;
import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Leg;
import dev.mneme.memory.context.spi.Ranking;
import dev.mneme.memory.context.spi.Scroll;
import dev.mneme.memory.context.spi.Search;
import dev.mneme.memory.context.spi.Selection;
import dev.mneme.memory.context.spi.Sessions;
import dev.mneme.memory.context.spi.Staging;
import dev.mneme.memory.context.spi.Twins;
import dev.mneme.memory.context.spi.Vectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's view of the store, and the guard of its {@link AgentMemory}: searches of an agent run side by side, a change
 * runs alone. The memory is read from the index at the first use, and again after the {@link MemoryBudget} had it dropped.
 *
 * <p>Under the lock is what must be atomic: decide, append to the journal, change the memory, evictions included. Embedding comes before it,
 * the wait for the disk behind it.
 */
final class LuceneAgentContext implements AgentContext {

    private static final Logger LOG = LoggerFactory.getLogger(LuceneAgentContext.class);

    /** So many uses are noted before they are saved, or as many as a quarter of the records; a crash may lose so many. */
    static final int UNSAVED_USES = 1_000;

    private final LuceneContextStore store;
    private final AgentKey key;
    private final String agent;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    /** Guarded by the lock, as is all below; empty until it is loaded. */
    private AgentMemory memory;

    private boolean loaded;
    /** The last change; the memory must not be loaded from a view that does not cover it. */
    private long lastTicket;
    /** How many of the store's records are this agent's, as the store counts them. */
    private int counted;

    LuceneAgentContext(LuceneContextStore store, AgentKey key) {
        this.store = store;
        this.key = key;
        this.agent = key.key();
        this.memory = empty();
    }

    private AgentMemory empty() {
        return new AgentMemory(agent, store.dimensions(), store.codesFrom(), store.intake()::nameTerms, store.upkeep());
    }

    @Override
    public AgentKey key() {
        return key;
    }

    @Override
    public Added add(Interaction interaction) {
        List<Draft> drafts = store.intake().drafts(List.of(interaction));
        return store.whileOpen(() -> put(drafts, Staging::added));
    }

    @Override
    public Additions addAll(Collection<Interaction> interactions) {
        List<Draft> drafts = store.intake().drafts(interactions);
        return store.whileOpen(() -> drafts.isEmpty() ? Additions.none() : put(drafts, Staging::additions));
    }

    private <T> T put(List<Draft> drafts, BiFunction<Staging, List<String>, T> answer) throws IOException {
        store.pipeline().reserve(drafts.size());
        int unused = drafts.size();
        Optional<WritePipeline.Receipt> receipt = Optional.empty();
        T answered;
        Lock writing = lockForChange();
        try {
            var staging = new Staging(store.upkeep(), store.intake(), new Stored());
            drafts.forEach(staging::stage);
            List<String> evicted =
                    staging.evictions(memory::held, store.intake().now());
            Collection<Draft> puts = staging.puts();
            if (!puts.isEmpty()) {
                WritePipeline.Receipt submitted = write(puts, evicted, staging.countAfter());
                unused -= puts.size();
                receipt = Optional.of(submitted);
            }
            store.upkeep().added(staging.additions(evicted));
            answered = answer.apply(staging, evicted);
        } finally {
            writing.unlock();
            store.pipeline().release(unused);
        }
        receipt.ifPresent(store.pipeline()::sync);
        return answered;
    }

    /**
     * Writes what comes in and what goes for it, as one row of the journal: if it breaks off, what comes in is there and what
     * was to go may be too.
     *
     * @param countBetween how many records there would be if nothing went
     */
    private WritePipeline.Receipt write(Collection<Draft> puts, List<String> evicted, long countBetween) {
        List<Change.Put> coming = changes(puts);
        Map<String, Long> seqs = new HashMap<>();
        int at = 0;
        for (Draft draft : puts) {
            seqs.put(draft.interaction().id(), coming.get(at++).seq());
        }
        var changes = new ArrayList<Change>(coming);
        for (String id : evicted) {
            Long seq = seqs.get(id);
            changes.add(new Change.Delete(seq == null ? memory.seq(id) : seq));
        }
        WritePipeline.Receipt submitted = submit(changes, puts.size());
        at = 0;
        for (Draft draft : puts) {
            memory.remove(draft.interaction().id());
            memory.add(draft, coming.get(at++).seq(), submitted.ticket());
        }
        store.upkeep().counted(key, countBetween);
        evicted.forEach(memory::remove);
        changed(submitted.ticket());
        return submitted;
    }

    private List<Change.Put> changes(Collection<Draft> drafts) {
        var changes = new ArrayList<Change.Put>(drafts.size());
        for (Draft draft : drafts) {
            Interaction interaction = draft.interaction();
            // the caller's own vector is kept as it was given; one that was made is kept as it is compared
            float[] vector = interaction.vector().orElse(draft.unit());
            changes.add(new Change.Put(
                    agent,
                    store.nextSeq(),
                    memory.seq(interaction.id()),
                    RecordCodec.encode(interaction, draft.terms().length()),
                    RecordCodec.encode(vector),
                    draft.terms()));
        }
        return changes;
    }

    /** The memory as a batch is held against it; under the lock. */
    private final class Stored implements Staging.Stored {
        @Override
        public Optional<Interaction> facts(String id) {
            return memory.facts(id);
        }

        @Override
        public Draft draft(String id) {
            try (View view = store.pipeline().view()) {
                Interaction whole = whole(id, view);
                return new Draft(whole, store.intake().terms(whole), memory.unit(id));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Collection<String> twins(Draft draft) {
            return memory.twins(draft, Twins.minCosine(store.upkeep().duplicates()));
        }

        @Override
        public long count() {
            return memory.count();
        }

        @Override
        public long pinned() {
            return memory.pinned();
        }
    }

    private WritePipeline.Receipt submit(List<? extends Change> changes, int records) {
        try {
            return store.pipeline().submit(changes, records);
        } catch (IOException e) {
            throw store.folder().unwritable("nothing was changed", e);
        }
    }

    @Override
    public boolean delete(String id) {
        return store.whileOpen(() -> {
            WritePipeline.Receipt receipt;
            Lock writing = lockForChange();
            try {
                long seq = memory.seq(id);
                if (seq == Change.NONE) {
                    return false;
                }
                receipt = submit(List.of(new Change.Delete(seq)), 0);
                memory.remove(id);
                changed(receipt.ticket());
            } finally {
                writing.unlock();
            }
            store.pipeline().sync(receipt);
            return true;
        });
    }

    @Override
    public PruneReport prune(Prune prune) {
        if (prune.isDryRun()) {
            return reading(view -> select(prune).report());
        }
        return store.whileOpen(() -> {
            Selection selection;
            WritePipeline.Receipt receipt;
            Lock writing = lockForChange();
            try {
                selection = select(prune);
                if (selection.ids().isEmpty()) {
                    return selection.report();
                }
                List<Change.Delete> going = selection.ids().stream()
                        .map(id -> new Change.Delete(memory.seq(id)))
                        .toList();
                receipt = submit(going, 0);
                selection.ids().forEach(memory::remove);
                changed(receipt.ticket());
                store.upkeep().pruned(going.size());
            } finally {
                writing.unlock();
            }
            store.pipeline().sync(receipt);
            return selection.report();
        });
    }

    private Selection select(Prune prune) {
        prune.filter().ifPresent(memory::checkKinds);
        return store.upkeep().select(prune, memory.held(), store.intake().now());
    }

    @Override
    public ContextStats stats() {
        return reading(view -> store.upkeep().stats(memory.allFacts(), memory.recordBytes()));
    }

    @Override
    public long clear() {
        return store.whileOpen(this::clearOpen);
    }

    /** As {@link #clear}, for a caller that holds the store open. */
    long clearOpen() throws IOException {
        long records;
        WritePipeline.Receipt receipt;
        Lock writing = lockForChange();
        try {
            records = memory.count();
            receipt = submit(List.of(new Change.Clear(agent)), 0);
            memory.clear();
            changed(receipt.ticket());
        } finally {
            writing.unlock();
        }
        store.pipeline().sync(receipt);
        return records;
    }

    @Override
    public Optional<Interaction> find(String id) {
        return reading(view -> memory.facts(id).isPresent() ? Optional.of(whole(id, view)) : Optional.empty());
    }

    @Override
    public long count() {
        return reading(view -> (long) memory.count());
    }

    @Override
    public long count(Filter filter) {
        return reading(view -> (long) memory.matching(Optional.of(filter)).cardinality());
    }

    @Override
    public Hits search(ContextQuery query) {
        Search search = store.intake().search(query);
        var usesAreDue = new boolean[1];
        Hits hits = reading(view -> {
            Hits found = found(search, view);
            usesAreDue[0] = memory.unsavedUses() >= Math.max(UNSAVED_USES, memory.count() / 4);
            return found;
        });
        if (usesAreDue[0]) {
            saveUsesOnce();
        }
        return hits;
    }

    private Hits found(Search search, View view) throws IOException {
        BitSet matching = memory.matching(search.filter());
        Optional<Conversation> turns = memory.conversation(search, view, matching);
        Leg text = turns.isPresent() ? turns.get().text() : memory.textLeg(search, view, matching);
        Leg near = memory.denseLeg(search, matching);
        Leg dense = turns.isPresent() ? turns.get().dense(near) : near;
        var hits = new ArrayList<Hit>();
        for (Hit hit : Ranking.rank(search, text, dense, store.intake().now(), memory::unit)) {
            hits.add(new Hit(whole(hit.id(), view), hit.score(), hit.explanation()));
        }
        if (store.upkeep().notesUses()) {
            Instant now = store.intake().now();
            hits.forEach(hit -> memory.use(hit.id(), now));
        }
        return Hits.live(hits);
    }

    private void saveUsesOnce() {
        store.whileOpen(() -> {
            Lock writing = lockForChange();
            try {
                saveUses();
                return true;
            } finally {
                writing.unlock();
            }
        });
    }

    /** Hands the uses to the journal and the index, if there are new ones; under the lock. */
    private void saveUses() {
        if (!loaded || memory.unsavedUses() == 0) {
            return;
        }
        try {
            lastTicket = store.pipeline()
                    .submit(List.of(new Change.Uses(agent, memory.savedUses())), 0)
                    .ticket();
            store.hasUnseen(this);
        } catch (IOException | ContextStoreException e) {
            // uses are no more than a hint: it must not fail the search that had its hits, nor a drop
            LOG.warn("uses in {} could not be saved: {}", store.folder().path(), e.toString());
        }
    }

    /** Saves the uses when the store closes and nobody else calls any more. */
    void saveUsesAtClose() {
        lock.writeLock().lock();
        try {
            saveUses();
        } finally {
            lock.writeLock().unlock();
        }
    }

    @Override
    public List<Interaction> scroll(int limit) {
        return scroll(new Scroll(Optional.empty(), limit));
    }

    @Override
    public List<Interaction> scroll(Interaction after, int limit) {
        return scroll(new Scroll(Optional.of(after), limit));
    }

    private List<Interaction> scroll(Scroll scroll) {
        return reading(view -> {
            memory.scroll(scroll);
            var page = new ArrayList<Interaction>();
            for (Interaction facts : scroll.page()) {
                page.add(whole(facts.id(), view));
            }
            return page;
        });
    }

    @Override
    public <T> CompletionStage<T> async(Supplier<T> call) {
        return store.asyncCalls().run(call);
    }

    private Interaction whole(String id, View view) throws IOException {
        Optional<Interaction> draft = memory.draft(id, view);
        if (draft.isPresent()) {
            return draft.get();
        }
        var read = new ArrayList<Interaction>(1);
        TextIndex.readRecord(view, memory.seq(id), store.dimensions(), (seq, record, vector) -> {
            RecordCodec.Kept kept = RecordCodec.decode(record);
            String text = kept.interaction().text();
            read.add(kept.ownVector() ? kept.interaction().withContent(text, vector) : kept.interaction());
        });
        return read.get(0);
    }

    /** Notes a change of the memory that the index does not show yet. */
    private void changed(long ticket) {
        lastTicket = ticket;
        store.hasUnseen(this);
        store.recordsChanged(memory.count() - counted);
        counted = memory.count();
        store.upkeep().counted(key, counted);
        store.budget().hold(this, memory.bytes());
    }

    /** Told by the index thread: what has a lower ticket is in every view from now on. */
    void seen(long covered) {
        lock.writeLock().lock();
        try {
            if (loaded) {
                memory.forgetDrafts(covered);
                store.budget().hold(this, memory.bytes());
            }
            if (lastTicket < covered) {
                store.hasNoneUnseen(this);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Whether nobody is using the memory, as far as can be told without the lock. */
    boolean isIdle() {
        return !lock.isWriteLocked() && lock.getReadLockCount() == 0;
    }

    /** Drops the memory, unless somebody is using it; never waits. */
    boolean tryDrop() {
        if (!lock.writeLock().tryLock()) {
            return false;
        }
        try {
            boolean dropped = loaded;
            saveUses();
            memory = empty();
            loaded = false;
            store.budget().release(this);
            return dropped;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Work on the memory and the index as they stand now. */
    private interface Reading<T> {
        T read(View view) throws IOException;
    }

    private <T> T reading(Reading<T> reading) {
        return store.whileOpen(() -> {
            Lock shared = lockForReading();
            // taken under the lock: drafts are forgotten under it too, and only if every later view covers them
            try (View view = store.pipeline().view()) {
                return reading.read(view);
            } finally {
                shared.unlock();
            }
        });
    }

    /** Locks out changes, with the memory loaded and without the records whose time is over. */
    private Lock lockForReading() throws IOException {
        Lock shared = lock.readLock();
        shared.lock();
        boolean ready = false;
        try {
            ready = loaded && memory.nextEnd().isAfter(store.intake().now());
            if (ready) {
                store.budget().used(this);
                return shared;
            }
        } finally {
            if (!ready) {
                shared.unlock();
            }
        }
        Lock writing = lockForChange();
        try {
            // no one can drop it between the two
            shared.lock();
            return shared;
        } finally {
            writing.unlock();
        }
    }

    /** Locks out all others, with the memory loaded and without the records whose time is over. */
    private Lock lockForChange() throws IOException {
        Lock writing = lock.writeLock();
        boolean ready = false;
        while (true) {
            writing.lock();
            try {
                if (loaded || tryLoad()) {
                    removeOver();
                    ready = true;
                    return writing;
                }
            } finally {
                if (!ready) {
                    writing.unlock();
                }
            }
            // waited for without the lock, which the index thread may be waiting for
            store.pipeline().refreshNow();
        }
    }

    private void removeOver() {
        Instant now = store.intake().now();
        var gone = new ArrayList<Change.Delete>();
        for (Optional<String> id = memory.over(now); id.isPresent(); id = memory.over(now)) {
            gone.add(new Change.Delete(memory.remove(id.get())));
        }
        if (!gone.isEmpty()) {
            changed(store.pipeline().submitDerived(gone));
        }
    }

    /** Reads the memory from the index; false if that does not show this agent's last change yet. */
    private boolean tryLoad() throws IOException {
        try (View view = store.pipeline().view()) {
            if (view.covered <= lastTicket) {
                return false;
            }
            // while it is loaded there are two of each record
            store.budget().hold(this, 2 * MemoryEstimate.expected(TextIndex.records(view, agent), store.dimensions()));
            memory = empty(); // an earlier attempt may have failed half-way
            load(view);
            loaded = true;
            store.budget().hold(this, memory.bytes());
            return true;
        } finally {
            if (!loaded) {
                store.budget().release(this);
            }
        }
    }

    private void load(View view) throws IOException {
        @SuppressWarnings("ArrayRecordComponent") // sorted and forgotten, never compared
        record Loaded(RecordCodec.Kept kept, float questionShare, long seq, float[] unit, UpkeepRows.Extra extra) {}
        var records = new ArrayList<Loaded>();
        TextIndex.readRecords(view, agent, store.dimensions(), (seq, record, vector) -> {
            RecordCodec.Kept kept = RecordCodec.decode(record);
            float questionShare = Sessions.questionShare(kept.interaction().text());
            float[] unit = kept.ownVector() ? Vectors.unit(vector) : vector;
            UpkeepRows.Extra extra = memory.extra(kept.interaction());
            records.add(new Loaded(kept.withoutText(), questionShare, seq, unit, extra));
        });
        records.sort((one, other) -> Long.compare(one.seq, other.seq));
        var twins = new ArrayList<Change.Delete>();
        for (Loaded one : records) {
            // an id may be there twice: that its first record's time was over need not have reached the index before
            // a crash
            long twin = memory.remove(one.kept.interaction().id());
            if (twin != Change.NONE) {
                twins.add(new Change.Delete(twin));
            }
            memory.load(one.kept.interaction(), one.questionShare, one.kept.length(), one.unit, one.seq, one.extra);
        }
        if (store.upkeep().notesUses()) {
            UseIndex.read(view, agent, memory::loadUse);
        }
        counted = memory.count();
        if (!twins.isEmpty()) {
            store.recordsChanged(-twins.size());
            lastTicket = store.pipeline().submitDerived(twins);
            store.hasUnseen(this);
        }
    }
}
