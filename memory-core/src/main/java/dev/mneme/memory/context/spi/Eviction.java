package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Limits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which records go when an agent has too many. */
final class Eviction {

    private static final Comparator<Held> OLDEST_FIRST =
            Comparator.comparing(Held::time).thenComparing(Held::id);

    /** What a record is worth, reckoned once. */
    private record Valued(Held record, double value) {}

    private final Limits limits;

    Eviction(Limits limits) {
        this.limits = limits;
    }

    /** How many must go; 0 while the limit is kept. */
    int surplus(long count) {
        int max = limits.maxRecords().orElse(Integer.MAX_VALUE);
        if (count <= max) {
            return 0;
        }
        // what a product of decimals lacks must not take a whole record
        int left = Math.max(1, (int) Math.floor(max * limits.lowWater() + 1e-6));
        return (int) Math.min(Integer.MAX_VALUE, count - left);
    }

    /** The ids of those that go, at most {@code surplus} of them, the first to go first. */
    List<String> victims(Collection<Held> records, int surplus, Instant now) {
        if (surplus <= 0) {
            return List.of();
        }
        var removable = new ArrayList<Held>(records.size());
        for (Held record : records) {
            if (!record.facts().isPinned()) {
                removable.add(record);
            }
        }
        return firstToGo(removable, now).stream().limit(surplus).map(Held::id).toList();
    }

    private List<Held> firstToGo(List<Held> removable, Instant now) {
        switch (limits.policy()) {
            case OLDEST -> removable.sort(OLDEST_FIRST);
            case LEAST_RECENTLY_USED ->
                removable.sort(Comparator.comparing(Held::freshest).thenComparing(OLDEST_FIRST));
            case LOWEST_VALUE -> {
                return removable.stream()
                        .map(record -> new Valued(record, RecordValue.of(record, now, limits.halfLife())))
                        .sorted(Comparator.comparingDouble(Valued::value).thenComparing(Valued::record, OLDEST_FIRST))
                        .map(Valued::record)
                        .toList();
            }
        }
        return removable;
    }
}
