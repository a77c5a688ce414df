package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.bus.BusStress.BeginAgainstCancel;
import dev.mneme.bus.BusStress.CompleteAgainstCancel;
import dev.mneme.bus.BusStress.CompleteAgainstTimeout;
import dev.mneme.bus.BusStress.SubmitAgainstDrain;
import dev.mneme.bus.BusStress.SubmitAgainstSubmit;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.Main;

/** The races of {@link BusStress}: some rounds always, and under jcstress on request. */
@Timeout(1_200)
class BusStressTest {

    private static final int ROUNDS = 3_000;

    @TempDir
    Path folder;

    @Test
    void aTaskSubmittedDuringADrainIsRejectedOrEnds() throws Exception {
        race(SubmitAgainstDrain::new, SubmitAgainstDrain::one, SubmitAgainstDrain::two);
    }

    @Test
    void whatIsCancelledWhileItCompletesEndsOnce() throws Exception {
        race(CompleteAgainstCancel::new, CompleteAgainstCancel::one, CompleteAgainstCancel::two);
    }

    @Test
    void whatTimesOutWhileItCompletesEndsOnce() throws Exception {
        race(CompleteAgainstTimeout::new, CompleteAgainstTimeout::one, CompleteAgainstTimeout::two);
    }

    @Test
    void whatIsCancelledWhileItBeginsEndsOnce() throws Exception {
        race(BeginAgainstCancel::new, BeginAgainstCancel::one, BeginAgainstCancel::two);
    }

    @Test
    void ofTwoThatComeAtOnceOneFindsTheLastRoom() throws Exception {
        race(SubmitAgainstSubmit::new, SubmitAgainstSubmit::one, round -> {
            round.two();
            round.work();
        });
    }

    /** Two threads meet before each round. */
    private static <T extends BusStress.OneAgent> void race(Supplier<T> round, Consumer<T> one, Consumer<T> two)
            throws Exception {
        var meeting = new CyclicBarrier(2);
        var rounds = new BusStress.OneAgent[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            rounds[i] = round.get();
        }
        var other = new Thread(() -> all(rounds, two, meeting), "other");
        other.setDaemon(true);
        other.start();
        all(rounds, one, meeting);
        other.join(60_000);
        int wrong = 0;
        for (BusStress.OneAgent done : rounds) {
            done.work();
            wrong += done.wrong();
        }
        assertThat(wrong).as("wrong of " + ROUNDS + " rounds").isZero();
    }

    @SuppressWarnings("unchecked") // made by the race's own supplier
    private static <T> void all(BusStress.OneAgent[] rounds, Consumer<T> step, CyclicBarrier meeting) {
        for (BusStress.OneAgent round : rounds) {
            try {
                meeting.await(1, TimeUnit.MINUTES);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            step.accept((T) round);
        }
    }

    @Test
    void noOrderOfStepsIsWrongUnderJcstressEither() throws Exception {
        Assumptions.assumeTrue(Boolean.getBoolean("mneme.long"), "takes minutes: -Dmneme.long=true");
        File output = folder.resolve("output.txt").toFile();
        Process stress = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName(),
                        "-t",
                        "BusStress",
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
                        // a state is a whole agent: the usual number of them does not fit the heap
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
        var results = Pattern.compile("Results: (\\d+) planned; (\\d+) passed, 0 failed, 0 soft errs, 0 hard errs")
                .matcher(said);
        int planned = 0;
        int passed = 0;
        while (results.find()) { // told again and again; the last one counts
            planned = Integer.parseInt(results.group(1));
            passed = Integer.parseInt(results.group(2));
        }
        assertThat(passed)
                .as(said)
                .isEqualTo(planned)
                .isGreaterThanOrEqualTo(BusStress.all().size());
    }
}
