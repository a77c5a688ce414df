package dev.mneme.examples.payment;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The database that knows who paid. Every question to it is counted: it is what the cache is there to spare. */
final class Billing {

    private static final Access FREE = new Access("free", 20);

    private final Map<UserId, Access> paid = new ConcurrentHashMap<>();
    private final AtomicLong queries = new AtomicLong();

    Access loadAccess(UserId user) {
        queries.incrementAndGet();
        return paid.getOrDefault(user, FREE);
    }

    Map<UserId, Access> loadAccessAll(Set<UserId> users) {
        queries.incrementAndGet();
        return users.stream().collect(Collectors.toMap(user -> user, user -> paid.getOrDefault(user, FREE)));
    }

    void pay(UserId user) {
        paid.put(user, new Access("pro", 1_000));
    }

    void cancel(UserId user) {
        paid.remove(user);
    }

    long queries() {
        return queries.get();
    }
}
