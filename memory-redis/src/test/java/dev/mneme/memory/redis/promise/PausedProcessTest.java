package dev.mneme.memory.redis.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.RedisServer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A whole process stops for ten seconds, as by a long pause of its collector or its host. */
@Timeout(120)
class PausedProcessTest {

    private static final String KEY = "key";

    @Test
    void aProcessThatWasStoppedServesNothingOldWhenItWakes() throws Exception {
        try (RedisServer server = RedisServer.start();
                HostNode here = new HostNode(server.uri()).settled();
                ChildJvm there = ChildJvm.start(Reader.class, server.uri())) {
            TieredCache<String, String> cache =
                    here.texts("texts").loader(key -> "new").build();
            assertThat(there.line()).isEqualTo("reading old");

            there.pause();
            assertThat(cache.invalidate(KEY)).isEqualTo(Ack.DONE);
            assertThat(cache.get(KEY)).isEqualTo("new");
            TimeUnit.SECONDS.sleep(10);
            there.resume();

            assertThat(there.line()).isEqualTo("woke to new");
        }
    }

    /** The other process: reads without a pause, and says what the first read after a long gap gave. */
    static final class Reader {

        private static final long GAP_NANOS = TimeUnit.SECONDS.toNanos(5);

        public static void main(String... args) {
            HostNode node = new HostNode(args[0]).settled();
            // this process's source knows the old value only: new it can have from the far level alone
            TieredCache<String, String> cache =
                    node.texts("texts").loader(key -> "old").build();
            cache.get(KEY);
            HostNode.until("reads are near", () -> {
                cache.get(KEY);
                return cache.stats().nearHits() > 100;
            });
            System.out.println("reading " + cache.get(KEY));
            long before = System.nanoTime();
            while (true) {
                // the clock is read before the read begins: a stop between the two is no stop of a read
                long begins = System.nanoTime();
                String seen = cache.get(KEY);
                if (begins - before > GAP_NANOS) {
                    System.out.println("woke to " + seen);
                    return;
                }
                if (System.nanoTime() - begins > GAP_NANOS) {
                    System.out.println("woke to " + cache.get(KEY)); // stopped within a read, which began before
                    return;
                }
                before = begins;
            }
        }

        private Reader() {}
    }
}
