package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStats;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.ContextStoreAwayException;
import dev.mneme.memory.context.ContextStoreException;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Freshness;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Prune;
import dev.mneme.memory.context.PruneReport;
import dev.mneme.memory.context.StoreStats;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store behind a network, and a journal on this machine that keeps changes while it is away.
 *
 * <p><b>Writes.</b> While the store can be reached they go to it. When it is {@linkplain ContextStoreAwayException away}, they
 * are written to the journal, synced, and {@linkplain Added#QUEUED queued}; from then on all changes take that way, until what
 * waits was applied in its order. They survive the death of the process. A change whose outcome is not known is queued too,
 * for applying it again does no harm. A journal that is full refuses further changes ({@link JournalFullException}); nothing
 * is dropped. To clear a memory, or to erase a tenant, needs the store; erasing covers the journal in any case.
 *
 * <p><b>Reads.</b> A search answers {@link Freshness#LIVE} if the store was reached and nothing waits; {@link
 * Freshness#PARTIAL} if changes wait. If the store is away it gives what the same question was last answered in this process
 * as {@link Freshness#STALE}, less what was deleted since; and if it was not asked before, no hits, as {@link
 * Freshness#PARTIAL}. The reason is always told. {@code find} knows what waits; what else needs the store throws {@link
 * ContextStoreAwayException}.
 *
 * <p><b>Bounds.</b> {@link Builder#maxBytes} of journal, which is in memory too; the {@value
 * RememberedAnswers#ANSWERS} answers given last, of at most {@value RememberedAnswers#CHARACTERS} characters together. A
 * change that the store refuses for what it is when its turn comes is logged by id, counted in {@link #refused}, and left out.
 *
 * <p>Safe to share between threads. One daemon thread applies what waits; it ends with {@link #close}, which closes the store
 * as well. The journal's folder belongs to one open store.
 */
public final class JournaledContextStore implements ContextStore {

    private static final Logger log = LoggerFactory.getLogger(JournaledContextStore.class);
    private static final int BATCH = 256;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ContextStore store;
    private final InstantSource clock;
    private final Duration retryEvery;
    private final AtomicLong refused = new AtomicLong();
    private final Thread applier;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by the lock
    private final ChangeJournal journal;
    private final RememberedAnswers answers = new RememberedAnswers();
    private boolean applying;
    private boolean closed;

    /** Whether changes wait, so that all others must wait behind them. */
    private volatile boolean queueing;

    private JournaledContextStore(Builder builder) {
        this.store = builder.store;
        this.clock = builder.clock;
        this.retryEvery = builder.retryEvery;
        this.journal = new ChangeJournal(builder.folder, builder.maxBytes);
        this.queueing = !journal.isEmpty();
        this.applier = new Thread(this::applyAll, "mneme-context-journal");
        applier.setDaemon(true);
        applier.start();
    }

    /** With the default settings. What waits in the folder from before is applied from now on. */
    public static JournaledContextStore over(ContextStore store, Path folder) {
        return builder(store, folder).build();
    }

    public static Builder builder(ContextStore store, Path folder) {
        return new Builder(store, folder);
    }

    /** Settings; each has a default. Not safe to share between threads. */
    public static final class Builder {
        private final ContextStore store;
        private final Path folder;
        private InstantSource clock = InstantSource.system();
        private Duration retryEvery = Duration.ofSeconds(1);
        private long maxBytes = 64L * 1024 * 1024;

        private Builder(ContextStore store, Path folder) {
            this.store = store;
            this.folder = folder;
        }

        /** Tells the time of interactions without one that are queued; the system's by default. */
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /**
         * How often a store that is away is tried; 1 s by default.
         *
         * @throws IllegalArgumentException if it is below a millisecond
         */
        public Builder retryEvery(Duration retryEvery) {
            if (retryEvery.toMillis() < 1) {
                throw new IllegalArgumentException("retryEvery must be at least 1 ms, was " + retryEvery);
            }
            this.retryEvery = retryEvery;
            return this;
        }

        /**
         * How many bytes may wait; 64 MiB by default. The file may be half as large again.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Builder maxBytes(long maxBytes) {
            if (maxBytes < 1) {
                throw new IllegalArgumentException("maxBytes must be at least 1, was " + maxBytes);
            }
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * @throws ContextStoreException if the journal cannot be opened
         */
        public JournaledContextStore build() {
            return new JournaledContextStore(this);
        }
    }

    /** How many changes wait. */
    public int waiting() {
        lock.lock();
        try {
            return journal.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many changes the store refused since this was opened. */
    public long refused() {
        return refused.get();
    }

    @Override
    public AgentContext agent(AgentKey key) {
        return new JournaledAgent(key);
    }

    @Override
    public String fingerprint() {
        return store.fingerprint();
    }

    @Override
    public List<AgentKey> agents(Optional<AgentKey> after, int limit) {
        return store.agents(after, limit);
    }

    @Override
    public StoreStats stats() {
        return store.stats();
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        long queued;
        lock.lock();
        try {
            queued = journal.erase(tenant);
            answers.forget(tenant);
            awaitApplier();
        } finally {
            lock.unlock();
        }
        try {
            ErasureReceipt erased = store.erase(tenant);
            return new ErasureReceipt(erased.store(), tenant, erased.records() + queued);
        } finally {
            forgetAnswers(tenant); // those that were given meanwhile
        }
    }

    private void forgetAnswers(Tenant tenant) {
        lock.lock();
        try {
            answers.forget(tenant);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the change that is being applied is: it may be one that was just erased from the journal. */
    private void awaitApplier() {
        long left = PATIENCE.toNanos();
        try {
            while (applying && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (applying) {
            throw new ContextStoreAwayException(
                    "a queued change is still being applied, nothing was erased from the store: erase again", null);
        }
    }

    private void applyAll() {
        for (List<QueuedChange> next = awaitNext(); !next.isEmpty(); next = awaitNext()) {
            boolean applied = false;
            try {
                apply(next);
                applied = true;
            } catch (RuntimeException e) {
                log.debug("the store is away, {} changes wait", next.size(), e);
            } finally {
                applied(applied ? next : List.of());
            }
        }
    }

    /** The next changes; empty once this is closed. */
    private List<QueuedChange> awaitNext() {
        lock.lock();
        try {
            while (!closed && journal.isEmpty()) {
                queueing = false; // also if the last ones were erased
                changed.awaitUninterruptibly();
            }
            applying = !closed;
            return closed ? List.of() : journal.next(BATCH);
        } finally {
            lock.unlock();
        }
    }

    private void applied(List<QueuedChange> changes) {
        lock.lock();
        try {
            applying = false;
            changed.signalAll();
            journal.applied(changes);
            // what was deleted no longer waits, and an earlier answer may have it
            changes.stream().filter(change -> change.put().isEmpty()).forEach(change -> answers.forget(change.agent()));
            queueing = !journal.isEmpty();
            long left = changes.isEmpty() ? retryEvery.toNanos() : 0;
            while (left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            log.debug("nobody interrupts this thread but its end", e);
        } finally {
            lock.unlock();
        }
    }

    private void apply(List<QueuedChange> changes) {
        AgentContext agent = store.agent(changes.get(0).agent());
        List<Interaction> puts =
                changes.stream().flatMap(change -> change.put().stream()).toList();
        if (puts.isEmpty()) {
            agent.delete(changes.get(0).id());
            return;
        }
        try {
            agent.addAll(puts);
        } catch (IllegalArgumentException e) {
            // one of them is what the store does not take; the others must not go with it
            puts.forEach(put -> applyAlone(agent, put));
        }
    }

    private void applyAlone(AgentContext agent, Interaction put) {
        try {
            agent.add(put);
        } catch (IllegalArgumentException e) {
            refused.incrementAndGet();
            log.warn("a queued change is left out, the store refuses it: {}", put, e);
        }
    }

    private void queue(List<QueuedChange> changes) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the context store is closed");
            }
            journal.append(changes);
            queueing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            store.close(); // ends the call that the applier may be at
            applier.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeJournal();
        }
    }

    private void closeJournal() {
        lock.lock();
        try {
            journal.close();
        } catch (IOException e) {
            throw new ContextStoreException("the journal cannot be closed", e);
        } finally {
            lock.unlock();
        }
    }

    private final class JournaledAgent implements AgentContext {
        private final AgentKey key;
        private final AgentContext agent;

        private JournaledAgent(AgentKey key) {
            this.key = key;
            this.agent = store.agent(key);
        }

        @Override
        public AgentKey key() {
            return key;
        }

        @Override
        public Added add(Interaction interaction) {
            return write(() -> agent.add(interaction), () -> {
                queue(List.of(QueuedChange.put(key, stamped(interaction))));
                return Added.QUEUED;
            });
        }

        @Override
        public Additions addAll(Collection<Interaction> interactions) {
            List<Interaction> all = List.copyOf(interactions);
            return write(() -> agent.addAll(all), () -> {
                queue(all.stream()
                        .map(interaction -> QueuedChange.put(key, stamped(interaction)))
                        .toList());
                Additions additions = Additions.none();
                for (int i = 0; i < all.size(); i++) {
                    additions = additions.and(Added.QUEUED);
                }
                return additions;
            });
        }

        /** {@inheritDoc} True as well if the deletion is queued: whether there is such a record is not known then. */
        @Override
        public boolean delete(String id) {
            return write(() -> deleteNow(id), () -> {
                queue(List.of(QueuedChange.delete(key, id)));
                return true;
            });
        }

        private <T> T write(Supplier<T> direct, Supplier<T> queued) {
            if (!queueing) {
                try {
                    return direct.get();
                } catch (ContextStoreAwayException e) {
                    log.debug("the store is away, changes are queued", e);
                }
            }
            return queued.get();
        }

        /** Forgets earlier answers, which may have what goes; also if the call failed, for it may have gone nevertheless. */
        private <T> T removing(Supplier<T> call) {
            try {
                return call.get();
            } finally {
                forgetAnswers();
            }
        }

        /** A deletion that is queued next keeps the answers: it is left out of them as long as it waits. */
        private boolean deleteNow(String id) {
            boolean isAway = false;
            try {
                return agent.delete(id);
            } catch (ContextStoreAwayException e) {
                isAway = true;
                throw e;
            } finally {
                if (!isAway) {
                    forgetAnswers();
                }
            }
        }

        private void forgetAnswers() {
            lock.lock();
            try {
                answers.forget(key);
            } finally {
                lock.unlock();
            }
        }

        private Interaction stamped(Interaction interaction) {
            return interaction.time().isPresent() ? interaction : interaction.time(clock.instant());
        }

        /**
         * {@inheritDoc}
         *
         * @throws ContextStoreAwayException also if changes wait, which would come after it
         */
        @Override
        public long clear() {
            int waiting = waiting();
            if (waiting > 0) {
                throw new ContextStoreAwayException(
                        "a memory cannot be cleared while " + reason(waiting) + "; nothing was changed", null);
            }
            return removing(agent::clear);
        }

        @Override
        public Optional<Interaction> find(String id) {
            lock.lock();
            try {
                Optional<QueuedChange> last = journal.last(key, id);
                if (last.isPresent()) {
                    return last.get().put();
                }
            } finally {
                lock.unlock();
            }
            return agent.find(id);
        }

        @Override
        public Hits search(ContextQuery query) {
            long removals = removals();
            Hits hits;
            try {
                hits = agent.search(query);
            } catch (ContextStoreAwayException e) {
                log.debug("the store is away, an earlier answer is given if there is one", e);
                return remembered(query);
            }
            lock.lock();
            try {
                if (journal.isEmpty()) {
                    answers.remember(key, query, hits, removals);
                    return hits;
                }
                return new Hits(withoutDeleted(hits), Freshness.PARTIAL, reason(journal.size()));
            } finally {
                lock.unlock();
            }
        }

        private long removals() {
            lock.lock();
            try {
                return answers.removals();
            } finally {
                lock.unlock();
            }
        }

        private Hits remembered(ContextQuery query) {
            lock.lock();
            try {
                String away = "the store is away and " + reason(journal.size());
                return answers.find(key, query)
                        .map(hits ->
                                new Hits(withoutDeleted(hits), Freshness.STALE, away + "; this is an earlier answer"))
                        .orElseGet(() -> Hits.none(away + "; this was not asked before"));
            } finally {
                lock.unlock();
            }
        }

        private List<Hit> withoutDeleted(Hits hits) {
            return hits.list().stream()
                    .filter(hit -> journal.last(key, hit.id())
                            .flatMap(last -> last.put().isEmpty() ? Optional.of(last) : Optional.empty())
                            .isEmpty())
                    .toList();
        }

        private String reason(int waiting) {
            return waiting + " changes wait in the journal";
        }

        @Override
        public List<Interaction> scroll(int limit) {
            return agent.scroll(limit);
        }

        @Override
        public List<Interaction> scroll(Interaction after, int limit) {
            return agent.scroll(after, limit);
        }

        @Override
        public long count() {
            return agent.count();
        }

        @Override
        public long count(Filter filter) {
            return agent.count(filter);
        }

        @Override
        public PruneReport prune(Prune prune) {
            return removing(() -> agent.prune(prune));
        }

        @Override
        public ContextStats stats() {
            return agent.stats();
        }

        @Override
        public <T> CompletionStage<T> async(Supplier<T> call) {
            return agent.async(call);
        }
    }
}
