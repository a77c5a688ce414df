package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;
import static dev.mneme.memory.redis.stream.StreamEntry.text;

import dev.mneme.events.Priority;
import dev.mneme.events.stream.StreamReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Asks Redis what a stream and its groups hold. */
final class StreamMonitor {

    private static final GroupCounts NONE = new GroupCounts();

    /** One group over all four streams. */
    private static final class Sum {
        private long pending;
        private long lag;
        private boolean lagKnown = true;
        private long oldestMillis = Long.MAX_VALUE;
        private int consumers;
    }

    private final StreamCalls calls;
    private final Map<String, GroupCounts> counts;
    private final Duration consumersWithin;

    /**
     * @param counts of this process, by group
     * @param consumersWithin after how long without a word a consumer is not counted any more
     */
    StreamMonitor(StreamCalls calls, Map<String, GroupCounts> counts, Duration consumersWithin) {
        this.calls = calls;
        this.counts = counts;
        this.consumersWithin = consumersWithin;
    }

    StreamReport report() {
        List<?> answer =
                calls.askList(StreamScript.MONITOR, calls.keys().entriesAnd(), bytes(consumersWithin.toMillis()));
        long now = Long.parseLong(text(answer.get(0)));
        Map<String, Sum> sums = sums((List<?>) answer.get(2));
        List<Long> dead = dead(sums);
        var groups = new ArrayList<StreamReport.Group>();
        sums.forEach((name, sum) -> groups.add(group(name, sum, now, dead.get(groups.size()))));
        return new StreamReport(calls.stream(), (Long) answer.get(1), groups);
    }

    /** The names of all groups. */
    List<String> groups() {
        List<?> answer =
                calls.askList(StreamScript.MONITOR, calls.keys().entriesAnd(), bytes(consumersWithin.toMillis()));
        return List.copyOf(sums((List<?>) answer.get(2)).keySet());
    }

    private static Map<String, Sum> sums(List<?> answer) {
        Map<String, Sum> sums = new TreeMap<>();
        for (Object each : answer) {
            List<?> part = (List<?>) each;
            Sum sum = sums.computeIfAbsent(text(part.get(0)), name -> new Sum());
            sum.pending += (Long) part.get(1);
            String oldest = text(part.get(2));
            if (!oldest.isEmpty()) {
                long millis = EntryId.parse(Priority.NORMAL, oldest).millis();
                sum.oldestMillis = Math.min(sum.oldestMillis, millis);
            }
            long lag = (Long) part.get(3);
            sum.lag += lag;
            sum.lagKnown &= lag >= 0;
            sum.consumers = Math.max(sum.consumers, (int) (long) (Long) part.get(4));
        }
        return sums;
    }

    private List<Long> dead(Map<String, Sum> sums) {
        if (sums.isEmpty()) {
            return List.of();
        }
        String[] keys =
                sums.keySet().stream().map(name -> calls.keys().dead(name)).toArray(String[]::new);
        return calls.askList(StreamScript.DEAD, keys).stream()
                .map(length -> (Long) length)
                .toList();
    }

    private StreamReport.Group group(String name, Sum sum, long now, long dead) {
        GroupCounts here = counts.getOrDefault(name, NONE);
        return new StreamReport.Group(
                name,
                sum.lagKnown ? OptionalLong.of(sum.lag) : OptionalLong.empty(),
                sum.pending,
                Duration.ofMillis(sum.oldestMillis == Long.MAX_VALUE ? 0 : Math.max(0, now - sum.oldestMillis)),
                dead,
                sum.consumers,
                here.handled.sum(),
                here.skipped.sum(),
                here.failures.sum());
    }
}
