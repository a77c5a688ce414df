package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mneme.memory.coordination.ApprovalStore.Watch;
import dev.mneme.memory.redis.internal.RedisCalls;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears which requests became final, and tells it on a thread of its own; has a connection only while somebody watches. At
 * most {@value #INBOX} ids wait to be told, of more the newest are dropped: they are but hints.
 */
final class RedisApprovalWatch {

    private static final Logger log = LoggerFactory.getLogger(RedisApprovalWatch.class);
    private static final int INBOX = 10_000;
    private static final String SOME = "";

    private final Redis redis;
    private final String channel;
    private final List<Consumer<? super String>> listeners = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor thread;
    private final ReentrantLock lock = new ReentrantLock();
    private RedisCalls.@Nullable Hearing hearing;

    RedisApprovalWatch(Redis redis, String channel) {
        this.redis = redis;
        this.channel = channel;
        this.thread = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(INBOX), task -> {
            var made = new Thread(task, "mneme-approvals");
            made.setDaemon(true);
            return made;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    Watch add(Consumer<? super String> listener) {
        // its own, so that one handed in twice is taken out once
        Consumer<String> own = listener::accept;
        lock.lock();
        try {
            listeners.add(own);
            if (hearing == null) {
                hearing = RedisCalls.of(redis)
                        .hear(channel, message -> told(new String(message, ISO_8859_1)), () -> told(SOME));
            }
        } finally {
            lock.unlock();
        }
        return () -> remove(own);
    }

    private void remove(Consumer<? super String> listener) {
        lock.lock();
        try {
            if (listeners.remove(listener) && listeners.isEmpty() && hearing != null) {
                hearing.close();
                hearing = null;
            }
        } finally {
            lock.unlock();
        }
    }

    private void told(String id) {
        try {
            thread.execute(() -> listeners.forEach(listener -> tell(listener, id)));
        } catch (RejectedExecutionException e) {
            log.debug("a decision was not told: as many wait to be told as may");
        }
    }

    private static void tell(Consumer<? super String> listener, String id) {
        try {
            listener.accept(id);
        } catch (RuntimeException e) {
            log.warn("who watches approvals failed with {}", e.getClass().getName());
        }
    }
}
