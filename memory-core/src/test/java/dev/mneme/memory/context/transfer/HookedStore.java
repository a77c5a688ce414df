package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.Interaction;
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

    public HookedStore(ContextStore store) {
        this.store = store;
    }

    /** Run before each write; what it throws is what the write throws. */
    public void beforeWriting(Runnable hook) {
        beforeWriting = hook;
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
    public ErasureReceipt erase(Tenant tenant) {
        beforeWriting.run();
        return store.erase(tenant);
    }

    @Override
    public void close() {
        store.close();
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
            beforeWriting.run();
            return agent.add(interaction);
        }

        @Override
        public Additions addAll(Collection<Interaction> interactions) {
            beforeWriting.run();
            Additions additions = agent.addAll(interactions);
            afterWriting.run();
            return additions;
        }

        @Override
        public Optional<Interaction> find(String id) {
            return agent.find(id);
        }

        @Override
        public Hits search(ContextQuery query) {
            return agent.search(query);
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
            beforeWriting.run();
            return agent.delete(id);
        }

        @Override
        public long clear() {
            beforeWriting.run();
            return agent.clear();
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
        public <T> CompletionStage<T> async(Supplier<T> call) {
            return agent.async(call);
        }
    }
}
