package dev.mneme.benchmarks.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.gruelbox.transactionoutbox.Dialect;
import com.gruelbox.transactionoutbox.Instantiator;
import com.gruelbox.transactionoutbox.Persistor;
import com.gruelbox.transactionoutbox.Submitter;
import com.gruelbox.transactionoutbox.ThreadLocalContextTransactionManager;
import com.gruelbox.transactionoutbox.TransactionManager;
import com.gruelbox.transactionoutbox.TransactionOutbox;
import dev.mneme.benchmarks.outbox.RedisAppender.Entry;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * gruelbox transaction-outbox: each event is a call of a method that appends it to Redis. What commits while it delivers
 * is handed to its threads in memory; what was stored before is found by {@code flush}, called every 50 ms. This version
 * has no ordered topics.
 */
final class GruelboxPeer implements Contender {

    private static final int THREADS = 8;
    private static final int FLUSH = 4_096;

    private final ThreadLocalContextTransactionManager transactions;
    private final TransactionOutbox outbox;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, GruelboxPeer::daemon);
    private final Thread flushing = daemon(this::flush);
    private final RedisAppender redis;
    private volatile boolean started;
    private volatile boolean closed;

    GruelboxPeer(Servers servers, Deliveries deliveries) {
        this.redis = new RedisAppender(servers.redisUri());
        this.transactions = TransactionManager.fromDataSource(servers.database());
        var writer = new Writer(redis, deliveries);
        Submitter submitter = Submitter.withExecutor(threads);
        this.outbox = TransactionOutbox.builder()
                .transactionManager(transactions)
                .persistor(Persistor.forDialect(Dialect.POSTGRESQL_9))
                .instantiator(Instantiator.using(type -> writer))
                .submitter((entry, work) -> {
                    if (started) {
                        submitter.submit(entry, work);
                    }
                })
                .attemptFrequency(Duration.ofSeconds(1))
                .flushBatchSize(FLUSH)
                .build();
    }

    /** What an event is a call of; the library makes a subclass of it. */
    static class Writer {

        private final @Nullable RedisAppender redis;
        private final @Nullable Deliveries deliveries;

        Writer(@Nullable RedisAppender redis, @Nullable Deliveries deliveries) {
            this.redis = redis;
            this.deliveries = deliveries;
        }

        void write(int number, String id, String key, String data) {
            if (redis != null && deliveries != null) {
                redis.append(new Entry(id, key, data));
                deliveries.arrived(number);
            }
        }
    }

    @Override
    public void store(int first, int count) {
        for (int stored = 0; stored < count; stored += 1_000) {
            int from = first + stored;
            int to = first + Math.min(count, stored + 1_000);
            transactions.inTransaction(() -> {
                for (int number = from; number < to; number++) {
                    schedule(number);
                }
            });
        }
    }

    @Override
    public long publish(int number) {
        transactions.inTransaction(() -> schedule(number));
        return System.nanoTime();
    }

    private void schedule(int number) {
        var event = Events.event(number);
        outbox.schedule(Writer.class)
                .write(
                        number,
                        event.id().toString(),
                        Events.key(number),
                        new String(Events.CODEC.encode(event), UTF_8));
    }

    @Override
    public void start() {
        started = true;
        flushing.start();
    }

    private void flush() {
        try {
            while (!closed) {
                if (!outbox.flush()) {
                    TimeUnit.MILLISECONDS.sleep(50);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(Runnable task) {
        var thread = new Thread(task, "gruelbox");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        closed = true;
        try {
            flushing.join();
            threads.shutdown();
            threads.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        redis.close();
    }
}
