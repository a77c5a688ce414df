package dev.mneme.memory.redis.promise;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.TieredCache;
import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.RedisServer;
import dev.mneme.servers.RespConnection;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Four processes of 250 threads want one cold key at once. */
@Timeout(180)
class StampedeTest {

    private static final int PROCESSES = 4;
    private static final int THREADS = 250;

    private final RedisServer server = RedisServer.start();
    private final List<ChildJvm> children = new ArrayList<>();

    @AfterEach
    void close() {
        children.forEach(ChildJvm::close);
        server.close();
    }

    @Test
    void oneLoadServesAllThreadsOfAllProcesses() {
        start("quick");
        children.forEach(child -> child.say("go"));
        for (ChildJvm child : children) {
            assertThat(child.line()).isEqualTo("got " + THREADS);
        }
        assertThat(server.command("GET", "loads")).hasToString("1");
    }

    @Test
    void ifTheLoadingProcessDiesOneMoreLoadServesTheOthers() {
        start("hang-first");
        children.forEach(child -> child.say("go"));
        HostNode.until("one is loading", () -> server.command("GET", "loader") != null);
        int loader = Integer.parseInt(String.valueOf(server.command("GET", "loader")));
        children.get(loader).kill();
        for (int i = 0; i < PROCESSES; i++) {
            if (i != loader) {
                assertThat(children.get(i).line()).isEqualTo("got " + THREADS);
            }
        }
        assertThat(server.command("GET", "loads")).hasToString("2");
    }

    private void start(String mood) {
        for (int i = 0; i < PROCESSES; i++) {
            children.add(ChildJvm.start(
                    Crowd.class, server.uri(), Integer.toString(server.port()), mood, Integer.toString(i)));
        }
        children.forEach(child -> assertThat(child.line()).isEqualTo("ready"));
    }

    /** One of the processes. */
    static final class Crowd {

        public static void main(String... args) throws Exception {
            int port = Integer.parseInt(args[1]);
            boolean hangs = args[2].equals("hang-first");
            HostNode node = new HostNode(args[0]).settled();
            TieredCache<String, String> cache = node.texts("texts")
                    .hardTimeout(ofSeconds(10))
                    .loader(key -> load(port, hangs, args[3]))
                    .build();
            var go = new CountDownLatch(1);
            var done = new CountDownLatch(THREADS);
            var got = new AtomicInteger();
            for (int i = 0; i < THREADS; i++) {
                new Thread(() -> {
                            try {
                                go.await();
                                if (cache.get("key").equals("value")) {
                                    got.incrementAndGet();
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } finally {
                                done.countDown();
                            }
                        })
                        .start();
            }
            System.out.println("ready");
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
            go.countDown();
            done.await();
            System.out.println("got " + got.get());
            node.close();
            System.exit(0);
        }

        private static String load(int port, boolean hangs, String process) throws InterruptedException {
            try (var redis = RespConnection.open(port)) {
                boolean first = "1".equals(String.valueOf(redis.command("INCR", "loads")));
                if (hangs && first) {
                    redis.command("SET", "loader", process);
                    new CountDownLatch(1).await();
                }
                Thread.sleep(200);
            }
            return "value";
        }

        private Crowd() {}
    }
}
