package dev.mneme.memory.redis.stream;

import dev.mneme.KeyPath;
import dev.mneme.events.Priority;

/**
 * How the keys of a stream are called in Redis. All have its hash tag and so are in one slot, on one master of a cluster:
 *
 * <pre>
 * mneme:{ns:stream:name}:p1 to :p4     the entries, by priority: CRITICAL, HIGH, NORMAL, LOW
 * mneme:{ns:stream:name}:lanes         fences and last ids of the lanes that relays deliver
 * mneme:{ns:stream:name}:dead:group    dead letters of a group
 * mneme:{ns:stream:name}:bell          the channel that says when there is something new
 * </pre>
 */
final class StreamKeys {

    private final String prefix;
    private final String[] entries = new String[Ranks.ALL.size()];

    StreamKeys(String namespace, String stream) {
        this.prefix = "mneme:{" + KeyPath.join(namespace, "stream", stream) + "}:";
        for (Priority priority : Ranks.ALL) {
            entries[Ranks.of(priority) - 1] = prefix + 'p' + Ranks.of(priority);
        }
    }

    /** The four streams, with more keys behind them. */
    String[] entriesAnd(String... more) {
        var keys = new String[entries.length + more.length];
        System.arraycopy(entries, 0, keys, 0, entries.length);
        System.arraycopy(more, 0, keys, entries.length, more.length);
        return keys;
    }

    String entries(Priority priority) {
        return entries[Ranks.of(priority) - 1];
    }

    String lanes() {
        return prefix + "lanes";
    }

    String dead(String group) {
        return prefix + "dead:" + KeyPath.encode(group);
    }

    String bell() {
        return prefix + "bell";
    }
}
