package dev.mneme.benchmarks.cache;

import dev.mneme.servers.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;

/**
 * One connection shared by all threads against a pool of fifty that each call borrows from: Lettuce alone, GET of 1 KB,
 * by 8 and by 50 threads.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.cache.ConnectionsRun \
 *     benchmarks/results/cache-connections.json
 * </pre>
 *
 * <p>The pool is the cheapest there is: connections made before, in a queue. The two take turns for five rounds of a
 * second after one that does not count; throughput is the median round's, the percentiles are those of all rounds.
 */
final class ConnectionsRun {

    private static final int POOL = 50;
    private static final int[] THREADS = {8, 50};
    private static final int ROUNDS = 5;
    private static final long ROUND_NANOS = 1_000_000_000L;
    private static final int MOST_CALLS = 400_000;
    private static final String[] KEYS = Profile.keys();

    private ConnectionsRun() {}

    /** Makes one call. */
    private interface Call {
        byte[] get(String key) throws InterruptedException;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        var report = new Report();
        try (RedisServer server = RedisServer.start()) {
            RedisClient client = RedisClient.create(server.uri());
            try {
                RedisCommands<String, byte[]> shared = connect(client);
                var pool = new ArrayBlockingQueue<RedisCommands<String, byte[]>>(POOL);
                for (int i = 0; i < POOL; i++) {
                    pool.add(connect(client));
                }
                for (String key : KEYS) {
                    shared.set(key, Profile.of(key).json());
                }
                for (int threads : THREADS) {
                    var one = new Rounds(shared::get, threads);
                    var pooled = new Rounds(key -> borrowed(pool, key), threads);
                    for (int round = 0; round <= ROUNDS; round++) {
                        one.next();
                        pooled.next();
                    }
                    report.with("shared-" + threads + "-threads", one.row())
                            .with("pool-" + threads + "-threads", pooled.row());
                }
            } finally {
                client.shutdown();
            }
        }
        report.write(args);
    }

    private static RedisCommands<String, byte[]> connect(RedisClient client) {
        return client.connect(RedisCodec.of(StringCodec.ASCII, ByteArrayCodec.INSTANCE))
                .sync();
    }

    private static byte[] borrowed(ArrayBlockingQueue<RedisCommands<String, byte[]>> pool, String key)
            throws InterruptedException {
        RedisCommands<String, byte[]> commands = pool.take();
        try {
            return commands.get(key);
        } finally {
            pool.add(commands);
        }
    }

    /** The rounds of one way to call, the first to warm up. */
    private static final class Rounds {
        private final Call call;
        private final int threads;
        private final List<Long> perSecond = new ArrayList<>();
        private long[] all = new long[0];
        private boolean warm;

        Rounds(Call call, int threads) {
            this.call = call;
            this.threads = threads;
        }

        void next() throws InterruptedException {
            long[][] times = new long[threads][];
            var ready = new CountDownLatch(threads);
            var workers = new ArrayList<Thread>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                workers.add(new Thread(() -> times[number] = work(number, ready)));
            }
            workers.forEach(Thread::start);
            for (Thread worker : workers) {
                worker.join();
            }
            long[] round = Arrays.stream(times).flatMapToLong(Arrays::stream).toArray();
            if (warm) {
                perSecond.add((long) (round.length / (ROUND_NANOS / 1e9)));
                all = LongStream.concat(Arrays.stream(all), Arrays.stream(round))
                        .toArray();
            }
            warm = true;
        }

        private long[] work(int number, CountDownLatch ready) {
            long[] nanos = new long[MOST_CALLS / threads];
            int calls = 0;
            try {
                ready.countDown();
                ready.await();
                long until = System.nanoTime() + ROUND_NANOS;
                long began = System.nanoTime();
                while (began - until < 0 && calls < nanos.length) {
                    if (call.get(KEYS[number * 31 + calls & KEYS.length - 1]).length == 0) {
                        throw new IllegalStateException("every key must have a value, one had none");
                    }
                    long ended = System.nanoTime();
                    nanos[calls++] = ended - began;
                    began = ended;
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Arrays.copyOf(nanos, calls);
        }

        Map<String, Object> row() {
            var row = new LinkedHashMap<String, Object>();
            perSecond.sort(null);
            row.put("callsPerSecond", perSecond.get(perSecond.size() / 2));
            row.put("micros", Report.percentilesInMicros(all));
            return row;
        }
    }
}
