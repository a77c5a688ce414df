package dev.mneme.memory.cache;

import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.cache.spi.Coherence;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * The steps of a near read, a commit, a flight and the gate, against each other on real processors. In each, 1 stands
 * for an old value that could be served, or a load that never ran.
 */
public final class NearReadStress {

    private static final String KEY = "k";
    private static final int BUCKET = FarKey.bucket("c", KEY);

    private NearReadStress() {}

    /** One cache's near level and flights, over a coherence that trusts nothing yet and has applied version 1. */
    static class Parts implements Coherence.NearLevels {
        static final CacheSettings<String, String> SETTINGS = settings();

        long now = 0;
        final Coherence coherence = new Coherence(() -> now, Duration.ofSeconds(1), this);
        final NearLevel<String, String> near = new NearLevel<>(SETTINGS, () -> now, coherence);
        final Flights<String, String> flights =
                new Flights<>(SETTINGS, near, () -> now, coherence.bound().toNanos());

        private static CacheSettings<String, String> settings() {
            try (var memory = LocalMemory.create()) {
                return new CacheSettings<>(
                        memory.cache("c", String.class, String.class).shared().nearEntries(1_000_000),
                        (key, context) -> "loaded",
                        false);
            }
        }

        Flight<String, String> board() {
            return flights.board(KEY, new FarKey("c", 0, "", KEY, List.of()), true, now)
                    .flight();
        }

        void keep(Flight<String, String> flight) {
            var loaded = new Loaded<>("old", Level.SOURCE, now, now + 60_000_000_000L, false);
            near.keep(flight, loaded, now, 60_000_000_000L);
        }

        void beat(String version) {
            List<String> versions = new ArrayList<>(Collections.nCopies(FarKey.BUCKETS, "1"));
            versions.set(BUCKET, version);
            coherence.heartbeat(now, versions);
        }

        int served() {
            return near.find(KEY, BUCKET, now) == null && near.find(KEY, now) == null ? 0 : 1;
        }

        @Override
        public void drop(int bucket, Dropped dropped) {
            flights.drop(KEY);
        }

        @Override
        public void flush(int bucket) {
            near.fences.fallBucket(bucket);
        }

        @Override
        public void event(CacheEvent event) {}
    }

    /** An old value near, and the trust in it over. */
    static class OldValue extends Parts {
        OldValue() {
            beat("1");
            Flight<String, String> flight = board();
            keep(flight);
            flights.end(flight);
            now += 1_000_000_000L;
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0", expect = Expect.ACCEPTABLE)
    @Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "found trust and the value that was dropped before it")
    public static class ReadAgainstMessageAndHeartbeat extends OldValue {
        @Actor
        public void read(I_Result r) {
            r.r1 = served();
        }

        @Actor
        public void tell() {
            coherence.message(BUCKET, "1", "2", new Dropped.Keys("c", List.of(KEY)));
            beat("2");
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0", expect = Expect.ACCEPTABLE)
    @Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "found trust and the value that was flushed before it")
    public static class ReadAgainstHeartbeatOfAnUnknownVersion extends OldValue {
        @Actor
        public void read(I_Result r) {
            r.r1 = served();
        }

        @Actor
        public void tell() {
            beat("9");
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0", expect = Expect.ACCEPTABLE)
    @Outcome(id = "1", expect = Expect.FORBIDDEN, desc = "a value that came in before the drop can be served after it")
    public static class CommitAgainstDrop extends Parts {
        private final Flight<String, String> flight;

        public CommitAgainstDrop() {
            beat("1");
            flight = board();
        }

        @Actor
        public void commit() {
            keep(flight);
            flights.end(flight);
        }

        @Actor
        public void drop() {
            flights.drop(KEY);
        }

        @Arbiter
        public void after(I_Result r) {
            r.r1 = served();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE)
    @Outcome(expect = Expect.FORBIDDEN, desc = "a flight that a drop did not find and whose value can be served")
    public static class FlightsAgainstEachOtherThenDrop extends Parts {
        private Flight<String, String> first;
        private Flight<String, String> second;

        public FlightsAgainstEachOtherThenDrop() {
            beat("1"); // before there are flights: the first heartbeat flushes
        }

        @Actor
        public void one() {
            first = board();
        }

        @Actor
        public void two() {
            second = board();
        }

        @Arbiter
        public void dropped(II_Result r) {
            flights.drop(KEY);
            keep(first);
            r.r1 = served();
            keep(second);
            r.r2 = served();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE)
    @Outcome(expect = Expect.FORBIDDEN, desc = "a load that was let in and never ran")
    public static class LoadsAtTheGate {
        private final Queue<Runnable> started = new ConcurrentLinkedQueue<>();
        private final LoadGate gate = new LoadGate(1, started::add);
        private volatile boolean first;
        private volatile boolean second;

        @Actor
        public void one() {
            gate.submit(load(() -> first = true));
            runStarted();
        }

        @Actor
        public void two() {
            gate.submit(load(() -> second = true));
            runStarted();
        }

        @Arbiter
        public void all(II_Result r) {
            r.r1 = first ? 0 : 1;
            r.r2 = second ? 0 : 1;
        }

        /** As threads of the gate would, which are not those who submit. */
        private void runStarted() {
            for (Runnable next = started.poll(); next != null; next = started.poll()) {
                next.run();
            }
        }

        private static LoadGate.Load load(Runnable work) {
            return new LoadGate.Load() {
                @Override
                public void run() {
                    work.run();
                }

                @Override
                public void refused(RejectedExecutionException why) {}
            };
        }
    }
}
