package dev.mneme.benchmarks.outbox;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of one contender, each from several rounds. */
final class Rounds {

    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    Rounds add(String name, double figure) {
        figures.computeIfAbsent(name, n -> new ArrayList<>()).add(figure);
        return this;
    }

    /** The median and the 99th percentile of the times from then until the events stood in Redis, in microseconds. */
    Rounds times(String name, Deliveries deliveries, long[] sinceNanos) {
        long[] nanos = new long[sinceNanos.length];
        // an event may stand there before its committer runs again
        Arrays.setAll(nanos, number -> Math.max(0, deliveries.at(number) - sinceNanos[number]));
        Arrays.sort(nanos);
        add(name + "-p50", nanos[nanos.length / 2] / 1e3);
        return add(name + "-p99", nanos[(int) (nanos.length * 0.99)] / 1e3);
    }

    /** Of each figure the median, the least and the most, rounded to tenths. */
    Map<String, Object> summary() {
        Map<String, Object> summary = new LinkedHashMap<>();
        figures.forEach((name, all) -> {
            double[] sorted =
                    all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            summary.put(
                    name,
                    List.of(tenths(sorted[sorted.length / 2]), tenths(sorted[0]), tenths(sorted[sorted.length - 1])));
        });
        return summary;
    }

    private static double tenths(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
