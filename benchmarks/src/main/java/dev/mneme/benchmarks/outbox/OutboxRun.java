package dev.mneme.benchmarks.outbox;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.servers.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * An outbox between a PostgreSQL that writes each commit to disk before it acknowledges it, and a stream in Redis, beside
 * gruelbox transaction-outbox and workers that claim rows with {@code SKIP LOCKED}; all in this JVM, on this machine.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.outbox.OutboxRun \
 *     benchmarks/results/outbox.json 100000 3 3
 * </pre>
 *
 * <ul>
 *   <li><b>drain</b>: events that were stored before the relay starts, until the last stands in Redis. gruelbox, which
 *       takes each in a transaction of its own, gets a twentieth of them.
 *   <li><b>saturated</b>: four producers commit one event after another; beside what was delivered, what they commit with
 *       nobody delivering.
 *   <li><b>latency</b>: from the return of the commit, and from the time at which the event was due by the clock, until
 *       the stream has it, in microseconds. Events begin by the clock, so one that is held up does not hide those behind it.
 *   <li><b>idle</b>: statements sent to the database in a second, with nothing to deliver.
 * </ul>
 *
 * <p>The contenders take turns; each turn has a database and a Redis of its own. Before the first two parts there is a short
 * round that does not count. The same 200 keys everywhere; {@code inversions} counts events that came after a later one of their key. Of each figure the
 * report has the median, the least and the most of all rounds.
 */
final class OutboxRun {

    private static final int[] RATES = {200, 500, 1_000};
    private static final String UNORDERED = "mneme";
    private static final String ORDERED = "mneme-ordered";
    private static final String CLAIMS = "skip-locked";
    private static final String GRUELBOX = "gruelbox";

    private final PostgresServer postgres;
    private final int backlog;
    private final int seconds;
    private final int rounds;

    private OutboxRun(PostgresServer postgres, int backlog, int seconds, int rounds) {
        this.postgres = postgres;
        this.backlog = backlog;
        this.seconds = seconds;
        this.rounds = rounds;
    }

    /**
     * @param args a file for the result; how many events are drained; the seconds of each other part; how many rounds
     */
    public static void main(String[] args) throws IOException, SQLException, InterruptedException {
        Map<String, Object> report = new LinkedHashMap<>();
        try (PostgresServer postgres = PostgresServer.start(true)) {
            var run = new OutboxRun(postgres, number(args, 1, 100_000), number(args, 2, 3), number(args, 3, 3));
            report.putAll(run.setting());
            report.put("drain-per-second", run.drain());
            report.put("saturated", run.saturated());
            report.put("latency-micros", run.latency());
            report.put("idle-statements-per-second", run.idle());
        }
        String json =
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n";
        System.out.print(json);
        if (args.length > 0) {
            Files.writeString(Path.of(args[0]), json);
        }
    }

    private static int number(String[] args, int place, int otherwise) {
        return args.length > place ? Integer.parseInt(args[place]) : otherwise;
    }

    private static Map<String, Contender.Maker> contenders() {
        Map<String, Contender.Maker> makers = new LinkedHashMap<>();
        makers.put(UNORDERED, MnemeOutbox::unordered);
        makers.put(ORDERED, MnemeOutbox::ordered);
        makers.put(CLAIMS, SkipLockedPeer::new);
        makers.put(GRUELBOX, GruelboxPeer::new);
        return makers;
    }

    private Map<String, Object> setting() throws SQLException {
        Map<String, Object> setting = new LinkedHashMap<>();
        setting.put("jdk", Runtime.version().toString());
        setting.put("processors", Runtime.getRuntime().availableProcessors());
        setting.put("gruelbox", "transactionoutbox-core 4.2.268, 8 threads; no ordered topics in this version");
        setting.put("events", backlog);
        setting.put("bytes-of-an-event", Events.encoded(0).length);
        setting.put("seconds", seconds);
        setting.put("rounds", rounds);
        setting.put("producers", Producers.THREADS);
        try (var servers = new Servers(postgres)) {
            for (String name : List.of("server_version", "fsync", "synchronous_commit", "shared_buffers")) {
                setting.put(name, servers.ask("show " + name));
            }
        }
        return setting;
    }

    private Map<String, Object> drain() throws SQLException, InterruptedException {
        Map<String, Rounds> rows = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (var contender : contenders().entrySet()) {
                String name = contender.getKey();
                int events = (name.equals(GRUELBOX) ? backlog / 20 : backlog) / (round == 0 ? 10 : 1);
                var deliveries = new Deliveries(events);
                try (var servers = new Servers(postgres);
                        Contender one = contender.getValue().make(servers, deliveries)) {
                    one.store(0, events);
                    servers.run("vacuum analyze");
                    servers.run("checkpoint");
                    long begun = System.nanoTime();
                    one.start();
                    double rate = events * 1e9 / (deliveries.await(events) - begun);
                    if (round > 0) {
                        rounds(rows, name)
                                .add("drained", rate)
                                .add("twice", deliveries.twice())
                                .add("inversions", deliveries.inversions());
                    }
                }
            }
        }
        return summary(rows);
    }

    private Map<String, Object> saturated() throws SQLException, InterruptedException {
        Map<String, Rounds> rows = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (var contender : contenders().entrySet()) {
                Rounds row = rounds(round == 0 ? new LinkedHashMap<>() : rows, contender.getKey());
                for (boolean alone : new boolean[] {true, false}) {
                    var deliveries = new Deliveries(Producers.MOST_PER_SECOND * seconds);
                    try (var servers = new Servers(postgres);
                            Contender one = contender.getValue().make(servers, deliveries)) {
                        if (!alone) {
                            one.start();
                        }
                        Producers.Committed committed = new Producers(one).asFastAsTheyCan(round == 0 ? 1 : seconds);
                        if (alone) {
                            row.add("committed-with-nobody-delivering", committed.perSecond());
                        } else {
                            long last = deliveries.await(committed.count());
                            row.add("committed", committed.perSecond())
                                    .add("delivered", committed.count() * 1e9 / (last - committed.begunNanos()))
                                    .add("twice", deliveries.twice())
                                    .add("inversions", deliveries.inversions());
                        }
                    }
                }
            }
        }
        return summary(rows);
    }

    private Map<String, Object> latency() throws SQLException, InterruptedException {
        Map<String, Object> rates = new LinkedHashMap<>();
        for (int rate : RATES) {
            Map<String, Rounds> rows = new LinkedHashMap<>();
            Map<String, Contender.Maker> makers = contenders();
            makers.remove(UNORDERED);
            for (int round = 0; round < rounds; round++) {
                for (var contender : makers.entrySet()) {
                    int events = rate * seconds;
                    var deliveries = new Deliveries(events);
                    try (var servers = new Servers(postgres);
                            Contender one = contender.getValue().make(servers, deliveries)) {
                        one.start();
                        TimeUnit.MILLISECONDS.sleep(500);
                        Producers.Timed timed = new Producers(one).byTheClock(rate, events);
                        deliveries.await(events);
                        rounds(rows, contender.getKey())
                                .times("from-commit", deliveries, timed.committedNanos)
                                .times("from-due", deliveries, timed.dueNanos);
                    }
                }
            }
            rates.put(rate + "-per-second", summary(rows));
        }
        return rates;
    }

    private Map<String, Object> idle() throws SQLException, InterruptedException {
        Map<String, Rounds> rows = new LinkedHashMap<>();
        for (var contender : contenders().entrySet()) {
            var deliveries = new Deliveries(1);
            try (var servers = Servers.counting(postgres);
                    Contender one = contender.getValue().make(servers, deliveries)) {
                one.start();
                one.publish(0);
                deliveries.await(1);
                SECONDS.sleep(3);
                long before = servers.statements();
                long begun = System.nanoTime();
                SECONDS.sleep(Math.max(8, 2L * seconds));
                double passed = (System.nanoTime() - begun) / 1e9;
                rounds(rows, contender.getKey()).add("statements", (servers.statements() - before) / passed);
            }
        }
        return summary(rows);
    }

    private static Rounds rounds(Map<String, Rounds> rows, String name) {
        return rows.computeIfAbsent(name, n -> new Rounds());
    }

    private static Map<String, Object> summary(Map<String, Rounds> rows) {
        Map<String, Object> summary = new LinkedHashMap<>();
        rows.forEach((name, row) -> summary.put(name, row.summary()));
        return summary;
    }
}
