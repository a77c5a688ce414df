package dev.mneme.benchmarks.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What a run found, as JSON: shown, and written to the file its caller names. */
final class Report {

    private final Map<String, Object> rows = new LinkedHashMap<>();

    Report() {
        rows.put("jdk", Runtime.version().toString());
        rows.put("processors", Runtime.getRuntime().availableProcessors());
    }

    Report with(String name, Object value) {
        rows.put(name, value);
        return this;
    }

    void write(String[] args) throws IOException {
        String json =
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(rows) + "\n";
        System.out.print(json);
        if (args.length > 0) {
            Files.writeString(Path.of(args[0]), json);
        }
    }

    /** p50, p99, p99.9 and the greatest, in microseconds to the tenth; the times are sorted in place. */
    static Map<String, Double> percentilesInMicros(long[] nanos) {
        var row = new LinkedHashMap<String, Double>();
        if (nanos.length == 0) {
            return row;
        }
        Arrays.sort(nanos);
        row.put("p50", micros(nanos, 0.5));
        row.put("p99", micros(nanos, 0.99));
        row.put("p99.9", micros(nanos, 0.999));
        row.put("max", micros(nanos, 1));
        return row;
    }

    private static double micros(long[] sorted, double share) {
        int index = Math.max(0, (int) Math.ceil(share * sorted.length) - 1);
        return Math.round(sorted[index] / 100.0) / 10.0;
    }
}
