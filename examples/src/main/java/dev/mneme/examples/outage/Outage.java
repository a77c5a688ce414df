package dev.mneme.examples.outage;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * The story of an outage, on a virtual clock.
 *
 * <pre>
 * java -cp "examples/target/*:examples/target/lib/*" dev.mneme.examples.outage.Outage
 * </pre>
 */
public final class Outage implements AutoCloseable {

    private final PrintStream out;
    private final VirtualClock clock = new VirtualClock();
    private final FakeModel model = new FakeModel();
    private final FakeStore store = new FakeStore();
    private final Host host = new Host(model, store, clock);
    private final List<String> transitions = new CopyOnWriteArrayList<>();
    private final List<Scene> scenes = new ArrayList<>();
    private Count told = Count.of(host.modelCalls());
    private long asked;
    private long answered;

    Outage(PrintStream out) {
        this.out = out;
        host.resilience()
                .onTransition(change -> transitions.add("breaker " + change.name() + ": " + change.from() + " -> "
                        + change.to() + (change.openFor().isZero() ? "" : " for " + seconds(change.openFor()))));
    }

    public static void main(String... args) throws Exception {
        // the scenes tell of transitions themselves
        System.setProperty("org.slf4j.simpleLogger.log.dev.mneme.resilience", "warn");
        try (var outage = new Outage(System.out)) {
            outage.tell();
        }
    }

    List<Scene> tell() throws Exception {
        ask(20);
        scene("1. All is well");

        model.isDown();
        ask(20);
        scene("2. The model is down: five failures in a row, then nothing is sent any more");

        pass(Duration.ofSeconds(60));
        model.throttlesAndSaysForHowLong(120);
        ask(1);
        scene("3. A minute later it throttles, Retry-After 120 s: no retry, the probe decides nothing");

        pass(Duration.ofSeconds(120));
        askWhileOneIsThoughtAbout(7);
        scene("4. It is back: of eight questions at once, one is the probe");

        model.isWell();
        ask(1);
        scene("5. A second success closes the breaker");

        pass(Duration.ofSeconds(60));
        model.throttles();
        ask(100);
        scene("6. A rush, and 429 for all: a budget for retries; the breaker does not count 429");

        pass(Duration.ofSeconds(60));
        model.isWell();
        store.goesAway();
        ask(20);
        scene("7. The store is gone: answers go on without memory; only its open breaker degrades the page");

        pass(Duration.ofSeconds(60));
        store.isBack();
        ask(20);
        scene("8. All is well again");
        return List.copyOf(scenes);
    }

    private void ask(int questions) {
        for (int i = 0; i < questions; i++) {
            count(host.ask("question " + asked));
        }
    }

    /** Asks one question on another thread, and the others while the model still thinks about that one. */
    private void askWhileOneIsThoughtAbout(int others) throws InterruptedException {
        var thinking = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        model.thinks(thinking, mayAnswer);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> host.ask("the first"));
        thinking.await();
        ask(others);
        mayAnswer.countDown();
        count(first.join());
    }

    private void count(String answer) {
        asked++;
        if (!answer.equals(Host.SORRY)) {
            answered++;
        }
    }

    private void pass(Duration time) {
        clock.pass(time);
    }

    private void scene(String title) {
        // a page is kept for two seconds
        pass(Duration.ofSeconds(2));
        Count now = Count.of(host.modelCalls());
        Count here = now.since(told);
        var scene = new Scene(
                title,
                asked,
                answered,
                here.upstream(),
                here.retries(),
                here.held(),
                here.blocked(),
                List.copyOf(transitions),
                host.health().report());
        out.print(scene.text());
        scenes.add(scene);
        told = now;
        asked = 0;
        answered = 0;
        transitions.clear();
    }

    private static String seconds(Duration time) {
        return time.toSeconds() + " s";
    }

    @Override
    public void close() {
        host.close();
    }
}
