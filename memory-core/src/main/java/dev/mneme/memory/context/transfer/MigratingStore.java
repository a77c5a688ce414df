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
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.Prune;
import dev.mneme.memory.context.PruneReport;
import dev.mneme.memory.context.StoreStats;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Two stores as one while a migration goes on: the one that answers decides, and what it then has is copied to the other.
 * That the other failed does not fail the caller; the next pass settles it.
 */
final class MigratingStore implements ContextStore {

    private final ContextMigration migration;
    private final Overlaps overlaps;

    MigratingStore(ContextMigration migration, Overlaps overlaps) {
        this.migration = migration;
        this.overlaps = overlaps;
    }

    @Override
    public AgentContext agent(AgentKey key) {
        return new MigratingAgent(key);
    }

    @Override
    public String fingerprint() {
        return migration.answering().fingerprint();
    }

    @Override
    public List<AgentKey> agents(Optional<AgentKey> after, int limit) {
        return migration.answering().agents(after, limit);
    }

    @Override
    public StoreStats stats() {
        return migration.answering().stats();
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        StoreCopy copy = migration.copy();
        Overlaps.Watch watch = overlaps.watch(key -> key.tenant().equals(tenant));
        try {
            ErasureReceipt first = copy.source().erase(tenant);
            ErasureReceipt second = copy.target().erase(tenant);
            migration.forget(tenant);
            return new ErasureReceipt(
                    first.store() + " and " + second.store(), tenant, first.records() + second.records());
        } finally {
            settle(copy, overlaps.enterWritten(watch));
        }
    }

    @Override
    public void close() {
        try {
            migration.from().close();
        } finally {
            migration.to().close();
        }
    }

    /** Settles what was written while whole memories were removed, so that none is on one side alone. */
    private void settle(StoreCopy copy, Map<AgentKey, Set<String>> written) {
        written.forEach((agent, ids) -> mirror(copy, agent, ids));
    }

    /** Copies entered records to the store that does not answer, and leaves them. */
    private void mirror(StoreCopy copy, AgentKey agent, Collection<String> ids) {
        boolean settled = false;
        try {
            copy.settle(agent, ids);
            settled = true;
            copy.leave(agent, ids);
        } catch (RuntimeException e) {
            if (!settled) {
                overlaps.abandon(agent, ids);
            }
            migration.fellBehind(e);
        }
    }

    private final class MigratingAgent implements AgentContext {
        private final AgentKey key;

        private MigratingAgent(AgentKey key) {
            this.key = key;
        }

        private AgentContext answering() {
            return migration.answering().agent(key);
        }

        private <T> T writing(Collection<Interaction> interactions, Function<AgentContext, T> call) {
            Set<String> ids = new HashSet<>();
            interactions.forEach(interaction -> ids.add(interaction.id()));
            return writing(ids, call);
        }

        private <T> T writing(Set<String> ids, Function<AgentContext, T> call) {
            if (!migration.writesBoth()) {
                return call.apply(answering());
            }
            // one direction for the whole of it: the stores may change their parts meanwhile
            StoreCopy copy = migration.copy();
            overlaps.enter(key, ids);
            try {
                return call.apply(copy.source().agent(key));
            } finally {
                // also if it failed: it may be there nevertheless
                mirror(copy, key, ids);
            }
        }

        @Override
        public AgentKey key() {
            return key;
        }

        @Override
        public Added add(Interaction interaction) {
            return writing(List.of(interaction), agent -> agent.add(interaction));
        }

        @Override
        public Additions addAll(Collection<Interaction> interactions) {
            List<Interaction> all = List.copyOf(interactions);
            return writing(all, agent -> agent.addAll(all));
        }

        @Override
        public boolean delete(String id) {
            return writing(Set.of(id), agent -> agent.delete(id));
        }

        @Override
        public long clear() {
            if (!migration.writesBoth()) {
                return answering().clear();
            }
            StoreCopy copy = migration.copy();
            Overlaps.Watch watch = overlaps.watch(key::equals);
            try {
                long records = copy.source().agent(key).clear();
                clearOther(copy);
                return records;
            } finally {
                settle(copy, overlaps.enterWritten(watch));
            }
        }

        private void clearOther(StoreCopy copy) {
            try {
                copy.target().agent(key).clear();
            } catch (RuntimeException e) {
                migration.fellBehind(e);
            }
        }

        @Override
        public Optional<Interaction> find(String id) {
            return answering().find(id);
        }

        @Override
        public Hits search(ContextQuery query) {
            return answering().search(query);
        }

        @Override
        public List<Interaction> scroll(int limit) {
            return answering().scroll(limit);
        }

        @Override
        public List<Interaction> scroll(Interaction after, int limit) {
            return answering().scroll(after, limit);
        }

        @Override
        public long count() {
            return answering().count();
        }

        @Override
        public long count(Filter filter) {
            return answering().count(filter);
        }

        @Override
        public PruneReport prune(Prune prune) {
            if (prune.isDryRun() || !migration.writesBoth()) {
                return answering().prune(prune);
            }
            StoreCopy copy = migration.copy();
            PruneReport report = copy.source().agent(key).prune(prune);
            try {
                copy.pass(key); // the ids in the report may be some of many
            } catch (RuntimeException e) {
                migration.fellBehind(e);
            }
            return report;
        }

        @Override
        public ContextStats stats() {
            return answering().stats();
        }

        @Override
        public <T> CompletionStage<T> async(Supplier<T> call) {
            return answering().async(call);
        }
    }
}
