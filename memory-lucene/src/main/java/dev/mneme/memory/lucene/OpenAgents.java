package dev.mneme.memory.lucene;

import dev.mneme.AgentKey;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one context of each agent that anybody has: the host, the {@link MemoryBudget} while its memory is loaded, or the
 * store while the index does not show its last change. What nobody has is forgotten, and made anew when it is asked for.
 */
final class OpenAgents {

    private final Map<AgentKey, Entry> entries = new ConcurrentHashMap<>();
    private final ReferenceQueue<LuceneAgentContext> gone = new ReferenceQueue<>();

    private static final class Entry extends WeakReference<LuceneAgentContext> {
        private final AgentKey key;

        private Entry(AgentKey key, LuceneAgentContext agent, ReferenceQueue<LuceneAgentContext> queue) {
            super(agent, queue);
            this.key = key;
        }
    }

    LuceneAgentContext get(AgentKey key, Function<AgentKey, LuceneAgentContext> maker) {
        forgetGone();
        LuceneAgentContext made = null;
        while (true) {
            Entry entry = entries.get(key);
            LuceneAgentContext there = entry == null ? null : entry.get();
            if (there != null) {
                return there;
            }
            made = made == null ? maker.apply(key) : made;
            if (replace(key, entry, new Entry(key, made, gone))) {
                return made;
            }
        }
    }

    private boolean replace(AgentKey key, @Nullable Entry old, Entry next) {
        return old == null ? entries.putIfAbsent(key, next) == null : entries.replace(key, old, next);
    }

    private void forgetGone() {
        for (Reference<?> entry = gone.poll(); entry != null; entry = gone.poll()) {
            entries.remove(((Entry) entry).key, entry);
        }
    }

    Set<AgentKey> keys() {
        return entries.keySet();
    }

    /** Those that are there; others may come and go meanwhile. */
    List<LuceneAgentContext> contexts() {
        var contexts = new ArrayList<LuceneAgentContext>();
        for (Entry entry : entries.values()) {
            LuceneAgentContext there = entry.get();
            if (there != null) {
                contexts.add(there);
            }
        }
        return contexts;
    }

    void clear() {
        entries.clear();
    }
}
