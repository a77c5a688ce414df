package dev.mneme.memory;

import dev.mneme.memory.cache.CacheStats;
import dev.mneme.memory.history.HistoryStats;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * What a memory did and holds, for an operator. Hits and misses are this node's since it began, the rest is of the server
 * and shared by all nodes.
 *
 * @param hits reads of caches and histories that needed no load
 * @param misses reads that did, failed loads included
 * @param keysByKind how many keys there are of each kind ({@code cache}, {@code history}, …); without a server, how many
 *     values this process holds
 * @param keysCounted whether {@code keysByKind} is complete: false if the server was away or has more keys than are looked
 *     through
 * @param memoryUsed bytes used by the server, all masters of a cluster together; empty without one or while it is away
 * @param connectedClients connections to it, likewise
 */
public record MemoryStats(
        long hits,
        long misses,
        Map<String, Long> keysByKind,
        boolean keysCounted,
        OptionalLong memoryUsed,
        OptionalLong connectedClients) {

    public MemoryStats {
        keysByKind = Map.copyOf(keysByKind);
    }

    /** What one node counted, and holds by itself; nothing is known of a server. */
    public static MemoryStats ofNode(Map<String, CacheStats> caches, Map<String, HistoryStats> histories) {
        long hits = 0;
        long misses = 0;
        long values = 0;
        long conversations = 0;
        for (CacheStats cache : caches.values()) {
            hits += cache.nearHits() + cache.farHits();
            misses += cache.loads() + cache.failedLoads();
            values += cache.nearEntries();
        }
        for (HistoryStats history : histories.values()) {
            hits += history.hits();
            misses += history.loads() + history.failedLoads();
            conversations += history.conversationsHere();
        }
        var keys = Map.of("cache", values, "history", conversations);
        return new MemoryStats(hits, misses, keys, true, OptionalLong.empty(), OptionalLong.empty());
    }

    /** These counts, with what a server holds; see the components. */
    public MemoryStats withServer(Map<String, Long> keys, boolean counted, OptionalLong used, OptionalLong clients) {
        return new MemoryStats(hits, misses, keys, counted, used, clients);
    }

    /** Hits among all reads, from 0 to 1; 1 if there were none at all. */
    public double hitRate() {
        return hits + misses == 0 ? 1 : (double) hits / (hits + misses);
    }

    /** As a JSON object, with these names in snake case; what is not known is {@code null}. */
    public String toJson() {
        var keys = new StringJoiner(",", "{", "}");
        // a kind is a word of ours and needs no escapes
        new TreeMap<>(keysByKind).forEach((kind, count) -> keys.add('"' + kind + "\":" + count));
        return "{\"hits\":" + hits
                + ",\"misses\":" + misses
                + ",\"hit_rate\":" + String.format(Locale.ROOT, "%.4f", hitRate())
                + ",\"keys_by_kind\":" + keys
                + ",\"keys_counted\":" + keysCounted
                + ",\"memory_used\":" + (memoryUsed.isPresent() ? memoryUsed.getAsLong() : "null")
                + ",\"connected_clients\":" + (connectedClients.isPresent() ? connectedClients.getAsLong() : "null")
                + '}';
    }

    /** As lines of text, a name and a number each. */
    public String toTable() {
        var table = new StringBuilder();
        row(table, "hits", Long.toString(hits));
        row(table, "misses", Long.toString(misses));
        row(table, "hit rate", String.format(Locale.ROOT, "%.1f %%", hitRate() * 100));
        new TreeMap<>(keysByKind).forEach((kind, count) -> row(table, "keys: " + kind, Long.toString(count)));
        if (!keysCounted) {
            row(table, "keys", "not all counted");
        }
        row(table, "memory used", memoryUsed.isPresent() ? memoryUsed.getAsLong() + " bytes" : "unknown");
        row(
                table,
                "connected clients",
                connectedClients.isPresent() ? Long.toString(connectedClients.getAsLong()) : "unknown");
        return table.toString();
    }

    private static void row(StringBuilder table, String name, String value) {
        table.append(String.format(Locale.ROOT, "%-20s %s\n", name, value));
    }
}
