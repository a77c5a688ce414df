package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.NearReadStress.CommitAgainstDrop;
import dev.mneme.memory.cache.NearReadStress.FlightsAgainstEachOtherThenDrop;
import dev.mneme.memory.cache.NearReadStress.LoadsAtTheGate;
import dev.mneme.memory.cache.NearReadStress.Parts;
import dev.mneme.memory.cache.NearReadStress.ReadAgainstHeartbeatOfAnUnknownVersion;
import dev.mneme.memory.cache.NearReadStress.ReadAgainstMessageAndHeartbeat;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.results.II_Result;

/** Two threads at a time through the steps of {@link NearReadStress}: here always, under jcstress on request. */
@Timeout(1_200)
class CacheStressTest {

    /** How many there are in {@link NearReadStress}; each runs in several modes of the JVM. */
    private static final int TESTS = 5;

    private static final int ROUNDS = 2_000;
    private static final int AT_ONCE = 250;
    private static final Pattern RESULTS =
            Pattern.compile("Results: (\\d+) planned; (\\d+) passed, 0 failed, 0 soft errs, 0 hard errs");

    @TempDir
    Path folder;

    @Test
    void whoFindsTrustFindsNothingThatAMessageDroppedBefore() {
        race(() -> new Read<>(new ReadAgainstMessageAndHeartbeat()), Read::read, r -> r.parts.tell(), r -> r.result);
    }

    @Test
    void whoFindsTrustFindsNothingThatAHeartbeatFlushedBefore() {
        race(
                () -> new Read<>(new ReadAgainstHeartbeatOfAnUnknownVersion()),
                Read::read,
                r -> r.parts.tell(),
                r -> r.result);
    }

    @Test
    void whatIsKeptWhileItIsDroppedCannotBeServed() {
        race(CommitAgainstDrop::new, CommitAgainstDrop::commit, CommitAgainstDrop::drop, CommitAgainstDrop::served);
    }

    @Test
    void aDropReachesEveryFlightWhoseValueCouldBeServed() {
        race(
                FlightsAgainstEachOtherThenDrop::new,
                FlightsAgainstEachOtherThenDrop::one,
                FlightsAgainstEachOtherThenDrop::two,
                round -> {
                    var result = new II_Result();
                    round.dropped(result);
                    return result.r1 + result.r2;
                });
    }

    @Test
    void everyLoadThatIsLetInRuns() {
        race(LoadsAtTheGate::new, LoadsAtTheGate::one, LoadsAtTheGate::two, round -> {
            var result = new II_Result();
            round.all(result);
            return result.r1 + result.r2;
        });
    }

    /** A round of reading, and what was read. */
    private static final class Read<P extends Parts> {
        final P parts;
        int result;

        Read(P parts) {
            this.parts = parts;
        }

        void read() {
            result = parts.served();
        }
    }

    /** Two threads go through the same rounds in step; a round is bad if it comes out as more than 0. */
    private static <T> void race(Supplier<T> round, Consumer<T> one, Consumer<T> two, ToIntFunction<T> outcome) {
        int bad = 0;
        for (int done = 0; done < ROUNDS; done += AT_ONCE) {
            var rounds = new ArrayList<T>();
            for (int i = 0; i < AT_ONCE; i++) {
                rounds.add(round.get());
            }
            var arrived = new AtomicInteger();
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> inStep(rounds, two, arrived));
            inStep(rounds, one, arrived);
            other.join();
            bad += (int) rounds.stream().filter(r -> outcome.applyAsInt(r) > 0).count();
        }
        assertThat(bad).as("of " + ROUNDS + " rounds").isZero();
    }

    private static <T> void inStep(List<T> rounds, Consumer<T> step, AtomicInteger arrived) {
        for (int i = 0; i < rounds.size(); i++) {
            T round = rounds.get(i);
            arrived.incrementAndGet();
            for (int spins = 0; arrived.get() < 2 * (i + 1); spins++) {
                if (spins > 200) {
                    Thread.yield();
                }
                Thread.onSpinWait();
            }
            step.accept(round);
        }
    }

    @Test
    void noOrderOfStepsIsBadUnderJcstressEither() throws Exception {
        Assumptions.assumeTrue(Boolean.getBoolean("mneme.long"), "takes minutes: -Dmneme.long=true");
        File output = folder.resolve("output.txt").toFile();
        Process stress = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "-t",
                        "NearReadStress",
                        "-c",
                        "2",
                        "-sc",
                        "false",
                        "-af",
                        "NONE",
                        "-f",
                        "1",
                        "-fsm",
                        "1",
                        "-iters",
                        "5",
                        "-time",
                        "200",
                        // a state has a cache of its own: the usual number of them does not fit the heap
                        "-strideSize",
                        "64",
                        "-strideCount",
                        "8",
                        "-r",
                        folder.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            assertThat(stress.waitFor(15, TimeUnit.MINUTES)).as("took minutes").isTrue();
        } finally {
            stress.destroyForcibly();
        }
        String said = Files.readString(output.toPath());
        assertThat(stress.exitValue()).as(said).isZero();
        Matcher results = RESULTS.matcher(said);
        int planned = 0;
        int passed = 0;
        while (results.find()) { // the last line of many tells the end
            planned = Integer.parseInt(results.group(1));
            passed = Integer.parseInt(results.group(2));
        }
        assertThat(planned).as(said).isGreaterThanOrEqualTo(TESTS).isEqualTo(passed);
    }
}
