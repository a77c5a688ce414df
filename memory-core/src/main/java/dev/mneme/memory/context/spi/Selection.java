package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Prune;
import dev.mneme.memory.context.PruneReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * What a {@link Prune} takes of an agent's records. A dry run and a real one differ in nothing but that the store then
 * deletes {@link #ids()}.
 *
 * @param ids of all that go, the oldest first
 * @param report for the caller
 */
public record Selection(List<String> ids, PruneReport report) {

    static Selection of(Prune prune, Collection<Held> records, Instant now, Duration halfLife) {
        var chosen = new ArrayList<Held>();
        int pinned = 0;
        for (Held record : records) {
            if (satisfies(prune, record, now, halfLife)) {
                if (record.facts().isPinned()) {
                    pinned++;
                } else {
                    chosen.add(record);
                }
            }
        }
        chosen.sort(Comparator.comparing(Held::time).thenComparing(Held::id));
        List<String> ids = chosen.stream().map(Held::id).toList();
        List<String> told = ids.subList(0, Math.min(PruneReport.MAX_IDS, ids.size()));
        return new Selection(ids, new PruneReport(prune.isDryRun(), records.size(), ids.size(), pinned, told));
    }

    private static boolean satisfies(Prune prune, Held record, Instant now, Duration halfLife) {
        if (prune.minAge().isPresent()
                && Duration.between(record.time(), now).compareTo(prune.minAge().get()) <= 0) {
            return false;
        }
        if (prune.filter().isPresent() && !prune.filter().get().matches(record.facts())) {
            return false;
        }
        return prune.valueBound().isEmpty()
                || RecordValue.of(record, now, halfLife) < prune.valueBound().getAsDouble();
    }
}
