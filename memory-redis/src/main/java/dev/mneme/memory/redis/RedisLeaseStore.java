package dev.mneme.memory.redis;

import static dev.mneme.memory.redis.Script.ascii;

import dev.mneme.KeyPath;
import dev.mneme.memory.coordination.spi.LeaseStore;
import java.time.Duration;
import java.util.List;

/**
 * Leases in Redis. Both keys of a name are in one slot:
 *
 * <pre>
 * mneme:{ns:lock:name}:l   owner and token, while it is held
 * mneme:{ns:lock:name}:f   the last token, for a day after it
 * </pre>
 */
final class RedisLeaseStore implements LeaseStore {

    private static final byte[] TOKEN_KEPT =
            ascii(Long.toString(Duration.ofDays(1).toMillis()));

    private final Redis redis;
    private final String prefix;

    RedisLeaseStore(Redis redis, String namespace, String kind) {
        this.redis = redis;
        this.prefix = "mneme:{" + KeyPath.join(namespace, kind) + ':';
    }

    @Override
    public Grant acquire(String name, String owner, Duration lease) {
        String[] keys = {lease(name), prefix + KeyPath.encode(name) + "}:f"};
        List<Object> answer = Answers.await(
                redis,
                within(lease),
                commands -> Script.LOCK.run(commands, keys, ascii(owner), millis(lease), TOKEN_KEPT));
        long token = (Long) answer.get(0);
        return token > 0 ? new Grant.Granted(token) : new Grant.Held(Duration.ofMillis((Long) answer.get(1)));
    }

    @Override
    public boolean renew(String name, String owner, Duration lease) {
        return renewed(name, owner, millis(lease), within(lease)) == 1;
    }

    @Override
    public void release(String name, String owner) {
        renewed(name, owner, ascii("0"), redis.timeout());
    }

    private long renewed(String name, String owner, byte[] lease, Duration within) {
        String[] keys = {lease(name)};
        return Answers.<Long>await(redis, within, commands -> Script.RENEW.run(commands, keys, ascii(owner), lease));
    }

    /** An answer that comes after the lease is worth nothing. */
    private Duration within(Duration lease) {
        return lease.compareTo(redis.timeout()) < 0 ? lease : redis.timeout();
    }

    private String lease(String name) {
        return prefix + KeyPath.encode(name) + "}:l";
    }

    private static byte[] millis(Duration time) {
        return ascii(Long.toString(time.toMillis()));
    }
}
