package dev.mneme.memory.redis.promise;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.LoadContext;
import dev.mneme.memory.cache.Lookup;
import dev.mneme.memory.cache.TieredCache;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.FaultProxy;
import dev.mneme.servers.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Four nodes on a real Redis for a minute: everybody reads and invalidates at random, while connections are cut, hang,
 * lose messages and come back, and the server is paused and killed. Every read is held against the promise.
 */
@Timeout(300)
class RandomisedRunTest {

    private static final int NODES = 4;
    private static final int THREADS = 2;
    private static final int KEYS = 40;
    private static final long BOUND_NANOS = ofMillis(1_500).toNanos();
    private static final long SECONDS = Long.getLong("mneme.randomised.seconds", 60);

    private final long seed = Long.getLong("mneme.seed", System.nanoTime());
    private final RedisServer server = RedisServer.builder().appendOnly().start();
    private final List<Node> nodes = new ArrayList<>();

    /** The source of truth: a version for each key. */
    private final AtomicLong[] database = new AtomicLong[KEYS];

    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final LongAdder reads = new LongAdder();
    private final LongAdder judged = new LongAdder();
    private final LongAdder done = new LongAdder();
    private final LongAdder pending = new LongAdder();
    private volatile boolean over;

    /** What a node must give for a key from some moment on. */
    private record Floor(long fromNanos, long version) {}

    private final class Node {
        final int number;
        final FaultProxy proxy = FaultProxy.to(server);
        final Redis redis = Redis.connect(proxy.uri());
        final RedisMemory memory = RedisMemory.on(redis);
        final TieredCache<Long, Long> cache;

        /** By key: what this node's own invalidations promise it, from their return on. */
        final AtomicLongArray own = new AtomicLongArray(KEYS);

        Node(int number) {
            this.number = number;
            this.cache = memory.cache("versions", Long.class, Long.class)
                    .shared()
                    .scope(key -> "scope-" + key % 8 + "/part-" + key % 16)
                    .ttl(ofSeconds(600))
                    .farTimeout(ofMillis(50))
                    .loader((Long key, LoadContext context) -> {
                        Thread.sleep(key % 4); // some loads are slow enough to be overtaken
                        return database[key.intValue()].get();
                    })
                    .build();
        }

        void close() {
            memory.close();
            redis.close();
            proxy.close();
        }
    }

    /** By key: what DONE invalidations promise to all nodes, from the bound after their return on. */
    private final List<Queue<Floor>> everywhere = new ArrayList<>();

    @Test
    void noReadBreaksThePromise() throws Exception {
        for (int key = 0; key < KEYS; key++) {
            database[key] = new AtomicLong();
            everywhere.add(new ConcurrentLinkedQueue<>());
        }
        try {
            for (int i = 0; i < NODES; i++) {
                nodes.add(new Node(i));
            }
            var threads = new ArrayList<Thread>();
            for (Node node : nodes) {
                for (int i = 0; i < THREADS; i++) {
                    var random = new Random(seed + 31L * node.number + i);
                    threads.add(new Thread(() -> live(node, random)));
                }
            }
            threads.forEach(Thread::start);
            disturb(new Random(seed));
            over = true;
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(60));
            }
        } finally {
            nodes.forEach(Node::close);
            server.close();
        }

        assertThat(broken).as("seed " + seed).isEmpty();
        // the run was what it says
        assertThat(reads.sum()).as("reads, seed " + seed).isGreaterThan(10_000);
        assertThat(judged.sum())
                .as("reads with a promise to hold, seed " + seed)
                .isGreaterThan(1_000);
        assertThat(done.sum()).as("done, seed " + seed).isGreaterThan(100);
        assertThat(pending.sum()).as("pending, seed " + seed).isGreaterThan(10);
        assertThat(nodes.stream()
                        .mapToLong(node -> node.cache.stats().nearHits())
                        .sum())
                .as("near hits, seed " + seed)
                .isGreaterThan(1_000);
        assertThat(nodes.stream()
                        .mapToLong(node -> node.cache.stats().farHits())
                        .sum())
                .as("far hits, seed " + seed)
                .isGreaterThan(100);
    }

    private void live(Node node, Random random) {
        try {
            while (!over && broken.isEmpty()) {
                int key = random.nextInt(KEYS);
                if (random.nextInt(100) < 2) {
                    invalidate(node, key, random);
                } else {
                    read(node, key, random.nextInt(10) == 0);
                }
                if (random.nextInt(50) == 0) {
                    Thread.sleep(1);
                }
            }
        } catch (Throwable e) {
            broken.add("node " + node.number + ": " + e);
        }
    }

    private void read(Node node, int key, boolean looks) {
        long begins = System.nanoTime();
        long floor = floor(node, key, begins);
        Long seen;
        if (looks) {
            Lookup<Long> lookup = node.cache.lookup((long) key);
            seen = lookup.optional().orElse(null);
            if (seen == null) {
                return;
            }
        } else {
            seen = node.cache.get((long) key);
        }
        reads.increment();
        if (floor > 0) {
            judged.increment();
        }
        if (seen < floor) {
            broken.add("node " + node.number + " read version " + seen + " of key " + key + ", promised was " + floor
                    + (looks ? " (lookup)" : ""));
        }
    }

    private long floor(Node node, int key, long begins) {
        long floor = node.own.get(key);
        for (Floor promised : everywhere.get(key)) {
            if (promised.fromNanos() - begins <= 0) {
                floor = Math.max(floor, promised.version());
            }
        }
        return floor;
    }

    private void invalidate(Node node, int key, Random random) {
        long version = database[key].incrementAndGet();
        Ack ack;
        switch (random.nextInt(10)) {
            case 0 -> ack = node.cache.invalidateScope("scope-" + key % 8);
            case 1 -> ack = node.cache.invalidateScope("scope-" + key % 8 + "/part-" + key % 16);
            case 2 -> ack = node.cache.invalidateAll(List.of((long) key, (long) (key + 1) % KEYS));
            default -> ack = node.cache.invalidate((long) key);
        }
        long returned = System.nanoTime();
        node.own.accumulateAndGet(key, version, Math::max);
        if (ack == Ack.DONE) {
            done.increment();
            Queue<Floor> floors = everywhere.get(key);
            floors.add(new Floor(returned + BOUND_NANOS, version));
            while (floors.size() > 200) {
                floors.poll();
            }
        } else {
            pending.increment();
        }
    }

    /** What happens to the nodes meanwhile; the server's file keeps what it acknowledged. */
    private void disturb(Random random) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() - end < 0 && broken.isEmpty()) {
            Node victim = nodes.get(random.nextInt(NODES));
            switch (random.nextInt(8)) {
                case 0 -> victim.proxy.cut();
                case 1 -> victim.proxy.halfOpen();
                case 2, 3 -> victim.proxy.dropFromServer(0.01 + 0.99 * random.nextDouble(), random.nextLong());
                case 4 -> victim.proxy.delay(ofMillis(1 + random.nextInt(30)));
                case 5 -> {
                    server.pause();
                    Thread.sleep(50 + random.nextInt(1_500));
                    server.resume();
                }
                case 6 -> {
                    server.kill();
                    Thread.sleep(random.nextInt(1_000));
                    server.restart();
                }
                default -> Thread.sleep(random.nextInt(2_000));
            }
            Thread.sleep(200 + random.nextInt(1_500));
            if (random.nextBoolean()) {
                nodes.forEach(node -> node.proxy.heal());
                Thread.sleep(random.nextInt(2_000));
            }
        }
    }
}
