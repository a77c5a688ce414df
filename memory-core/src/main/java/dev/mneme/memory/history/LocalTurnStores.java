package dev.mneme.memory.history;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.history.spi.HistorySpec;
import dev.mneme.memory.history.spi.TurnStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The shared level of a memory of one process: this process. Never away. */
final class LocalTurnStores {

    private final Ticker ticker;
    private final List<Store> stores = new CopyOnWriteArrayList<>();

    LocalTurnStores(Ticker ticker) {
        this.ticker = ticker;
    }

    TurnStore open(HistorySpec spec, long maxConversations, LongAdder evicted) {
        var store = new Store(spec, maxConversations, ticker, evicted);
        stores.add(store);
        return store;
    }

    long erase(Tenant tenant) {
        var turns = new AtomicLong();
        for (Store store : stores) {
            store.states.removeAll(
                    tenant, state -> turns.addAndGet(state.conversation.turns().size()));
        }
        return turns.get();
    }

    /** Changed under the lock that its map has for its key. */
    private static final class State {

        final Conversation conversation;
        volatile boolean whole;
        volatile String fence = "";

        State(HistorySpec spec) {
            conversation = new Conversation(spec.maxTurns(), spec.rememberedIds());
        }
    }

    private static final class Store implements TurnStore {

        private static final AtomicLong FENCES = new AtomicLong();

        private final HistorySpec spec;
        private final Conversations<State> states;

        Store(HistorySpec spec, long most, Ticker ticker, LongAdder evicted) {
            this.spec = spec;
            this.states = new Conversations<>(() -> new State(spec), most, spec.ttl(), ticker, evicted);
        }

        @Override
        public List<Outcome> append(SessionKey key, List<Sent> turns) {
            var outcomes = new ArrayList<Outcome>();
            states.change(
                    key,
                    state -> turns.forEach(sent ->
                            outcomes.add(state.conversation.append(sent.turn()) ? Outcome.ADDED : Outcome.KNOWN)));
            return outcomes;
        }

        @Override
        public Held recent(SessionKey key, int newest) {
            State state = states.find(key);
            if (state == null || (!state.whole && state.fence.isEmpty())) {
                if (!spec.loads()) {
                    return new Held(state == null ? List.of() : state.conversation.turns(), false, "");
                }
                states.change(key, this::fence);
                state = states.find(key);
            }
            if (state == null) {
                return new Held(List.of(), false, "");
            }
            List<Turn> turns = state.conversation.turns();
            return new Held(state.whole ? Turns.last(turns, newest) : turns, state.whole, state.fence);
        }

        private void fence(State state) {
            if (state.fence.isEmpty()) {
                state.fence = Long.toString(FENCES.incrementAndGet());
            }
        }

        @Override
        public Held writeBack(SessionKey key, String fence, List<Turn> turns) {
            if (fence.isEmpty()) {
                states.change(key, state -> merge(state, turns));
            } else {
                State present = states.find(key);
                if (present != null && present.fence.equals(fence)) {
                    states.change(key, state -> {
                        if (state.fence.equals(fence)) {
                            merge(state, turns);
                        }
                    });
                }
            }
            State state = states.find(key);
            return state == null
                    ? new Held(List.of(), false, "")
                    : new Held(state.conversation.turns(), state.whole, state.fence);
        }

        private static void merge(State state, List<Turn> turns) {
            state.conversation.merge(turns);
            state.whole = true;
        }

        /** With its fence: what was loaded before finds none, or another. */
        @Override
        public Deleted clear(SessionKey key, Clearing clearing) {
            State state = states.remove(key);
            return new Deleted(state == null ? 0 : state.conversation.turns().size(), "", "");
        }

        @Override
        public long conversationsHere() {
            return states.count();
        }
    }
}
