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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store in front of another, in which a test can make something happen just before something is written, and after. */
public final class HookedStore implements ContextStore {

    private final ContextStore store;
    private volatile Runnable beforeWriting = () -> {};
    private volatile Runnable afterWriting = () -> {};
    private volatile Runnable afterPage = () -> {};
    private volatile Runnable afterSearch = () -> {};
    private volatile Runnable away = () -> {};
    private volatile boolean keptOpen;

    public HookedStore(ContextStore store) {
        this.store = store;
    }

    /** Run before each write; what it throws is what the write throws. */
    public void beforeWriting(Runnable hook) {
        beforeWriting = hook;
    }

    /** Run after the next search alone. */
    public void afterNextSearch(Runnable hook) {
        afterSearch = () -> {
            afterSearch = () -> {};
            hook.run();
        };
    }

    /** Run before each call; what it throws is what the call throws. */
    public void away(Runnable hook) {
        away = hook;
    }

    /** Leaves the store behind open when this is closed, as a server stays when a client goes. */
    public void keepOpen() {
        keptOpen = true;
    }

    /** Run after the next page alone that is read. */
    public void afterNextPage(Runnable hook) {
        afterPage = () -> {
            afterPage = () -> {};
            hook.run();
        };
    }

    /** Run after each batch that was written. */
    public void afterWriting(Runnable hook) {
        afterWriting = hook;
    }

    /** Run before the next write alone, so that the hook itself may write. */
    public void beforeNextWrite(Runnable hook) {
        beforeWriting = () -> {
            beforeWriting = () -> {};
            hook.run();
        };
    }

    @Override
    public AgentContext agent(AgentKey key) {
        return new Hooked(store.agent(key));
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
        away.run();
        beforeWriting.run();
        return store.erase(tenant);
    }

    @Override
    public void close() {
        if (!keptOpen) {
            store.close();
        }
    }

    private final class Hooked implements AgentContext {
        private final AgentContext agent;

        private Hooked(AgentContext agent) {
            this.agent = agent;
        }

        @Override
        public AgentKey key() {
            return agent.key();
        }

        @Override
        public Added add(Interaction interaction) {
            away.run();
            beforeWriting.run();
            return agent.add(interaction);
        }

        @Override
        public Additions addAll(Collection<Interaction> interactions) {
            away.run();
            beforeWriting.run();
            Additions additions = agent.addAll(interactions);
            afterWriting.run();
            return additions;
        }

        @Override
        public Optional<Interaction> find(String id) {
            away.run();
            return agent.find(id);
        }

        @Override
        public Hits search(ContextQuery query) {
            away.run();
            Hits hits = agent.search(query);
            afterSearch.run();
            return hits;
        }

        @Override
        public List<Interaction> scroll(int limit) {
            List<Interaction> page = agent.scroll(limit);
            afterPage.run();
            return page;
        }

        @Override
        public List<Interaction> scroll(Interaction after, int limit) {
            return agent.scroll(after, limit);
        }

        @Override
        public boolean delete(String id) {
            away.run();
            beforeWriting.run();
            return agent.delete(id);
        }

        @Override
        public long clear() {
            away.run();
            beforeWriting.run();
            return agent.clear();
        }

        @Override
        public long count() {
            away.run();
            return agent.count();
        }

        @Override
        public long count(Filter filter) {
            away.run();
            return agent.count(filter);
        }

        @Override
        public PruneReport prune(Prune prune) {
            return agent.prune(prune);
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
