package dev.mneme.examples.payment;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheStats;
import dev.mneme.servers.RedisServer;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The story of a payment on two nodes, on a real Redis that is started for it.
 *
 * <pre>
 * java -cp "examples/target/*:examples/target/lib/*" dev.mneme.examples.payment.Payment
 * </pre>
 */
public final class Payment implements AutoCloseable {

    private static final UserId ANNA = new UserId(42);
    private static final int MESSAGES = 1_000;
    private static final long PATIENCE_SECONDS = 30;

    private final PrintStream out;
    private final Billing billing = new Billing();
    /** Append-only: what a node finds in Redis after the outage is what was there before it. */
    private final RedisServer server = RedisServer.builder().appendOnly().start();

    private final Node a = new Node(server.uri(), billing);
    private final Node b = new Node(server.uri(), billing);
    private final List<Scene> scenes = new ArrayList<>();
    private CacheStats toldA = a.cache().stats();
    private CacheStats toldB = b.cache().stats();
    private long toldQueries;

    Payment(PrintStream out) {
        this.out = out;
    }

    public static void main(String... args) {
        // the scenes tell of outages themselves
        System.setProperty("org.slf4j.simpleLogger.log.dev.mneme", "error");
        try (var payment = new Payment(System.out)) {
            payment.tell();
        }
    }

    /** What the two nodes would let the user do at the end of a scene, and how often the database was asked in it. */
    record Scene(String title, String onA, String onB, long queries) {}

    List<Scene> tell() {
        until("both nodes are connected", () -> a.isSettled() && b.isSettled());
        messages();
        scene("1. A thousand messages on each node: the database is asked once");

        billing.pay(ANNA);
        Ack paid = a.changed(ANNA);
        until("node B has heard of it", () -> b.accessOf(ANNA).plan().equals("pro"));
        messages();
        scene("2. Anna pays on node A, invalidate answers " + paid + ": both nodes know");

        server.kill();
        until("both nodes know that Redis is gone", () -> a.trustsNothing() && b.trustsNothing());
        messages();
        scene("3. Redis is killed: near values are not trusted any more, the database is asked");

        billing.cancel(ANNA);
        Ack cancelled = a.changed(ANNA);
        messages();
        scene("4. Anna cancels during the outage, invalidate answers " + cancelled + ": still nobody is told wrong");

        server.restart();
        until("Redis is back and the queued invalidation sent", () -> a.isSettled() && b.isSettled());
        messages();
        scene("5. Redis is back, with the old value on its disk: it is gone before anybody reads it");
        return scenes;
    }

    private void messages() {
        for (int i = 0; i < MESSAGES; i++) {
            a.accessOf(ANNA);
            b.accessOf(ANNA);
        }
    }

    private void scene(String title) {
        var scene = new Scene(title, a.accessOf(ANNA).plan(), b.accessOf(ANNA).plan(), billing.queries() - toldQueries);
        scenes.add(scene);
        out.println(title);
        toldA = levels("node A", scene.onA(), toldA, a.cache().stats());
        toldB = levels("node B", scene.onB(), toldB, b.cache().stats());
        out.printf("   database: asked %,d times%n%n", scene.queries());
        toldQueries = billing.queries();
    }

    private CacheStats levels(String node, String plan, CacheStats before, CacheStats now) {
        out.printf(
                "   %s: %-5s near %,6d   far %,4d   loaded %,6d   queued %d%n",
                node,
                plan,
                now.nearHits() - before.nearHits(),
                now.farHits() - before.farHits(),
                now.loads() - before.loads(),
                now.pending() - before.pending());
        return now;
    }

    private static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("waited " + PATIENCE_SECONDS + " s, and still not: " + what);
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        a.close();
        b.close();
        server.close();
    }
}
