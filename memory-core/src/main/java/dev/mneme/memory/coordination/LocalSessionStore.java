package dev.mneme.memory.coordination;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a registry in the memory of one process. One lock; rows are ended by whoever comes by, and ended ones
 * forgotten after the time to live.
 */
final class LocalSessionStore implements SessionStore {

    private static final String EPOCH = "here";
    private static final int MOST_UNTOLD = 10_000;

    private static final class Row {
        Session session;
        /** When it ends if it is live, else when it is forgotten. */
        long dueMillis;

        long fence;

        @Nullable
        String owner;

        long ownedUntilMillis;

        Row(Session session) {
            this.session = session;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<String, Row> rows = new TreeMap<>();
    /** The keys of rows by when something is due: a time may have several. */
    private final TreeMap<Long, List<String>> due = new TreeMap<>();

    private final Deque<SessionSummary> untold = new ArrayDeque<>();
    private final SessionLimits limits;
    private final Ticker ticker;
    private final Instant origin;
    private final long originNanos;
    private int live;
    private long lastVersion;
    private long lastFence;

    LocalSessionStore(SessionLimits limits, Ticker ticker, InstantSource dates) {
        this.limits = limits;
        this.ticker = ticker;
        this.origin = dates.instant();
        this.originNanos = ticker.nanos();
    }

    @Override
    public Reply open(SessionKey key, Map<String, String> data) {
        return locked(key, row -> {
            if (isLive(row)) {
                return reply(Outcome.EXISTS, row);
            }
            if (live >= limits.max()) {
                return reply(Outcome.FULL, null);
            }
            Instant now = now();
            return reply(
                    Outcome.DONE,
                    enter(new Session(key, SessionState.ACTIVE, ++lastVersion, now, now, 0, data, now, false)));
        });
    }

    @Override
    public Reply touch(SessionKey key, int turns) {
        return locked(key, row -> {
            if (row == null || !isLive(row)) {
                return reply(Outcome.GONE, row);
            }
            touched(row, turns);
            return reply(Outcome.DONE, row);
        });
    }

    @Override
    public Reply pause(SessionKey key) {
        return locked(key, row -> {
            if (row == null || !isLive(row)) {
                return reply(Outcome.GONE, row);
            }
            change(
                    row,
                    row.session.withState(SessionState.PAUSED, ++lastVersion, row.session.lastActiveAt()),
                    limits.ttl());
            return reply(Outcome.DONE, row);
        });
    }

    @Override
    public Reply end(SessionKey key) {
        return locked(key, row -> {
            if (row != null && isLive(row)) {
                over(row, SessionState.COMPLETED, now());
                return reply(Outcome.DONE, row);
            }
            return reply(Outcome.GONE, row);
        });
    }

    @Override
    public Reply find(SessionKey key) {
        return locked(key, row -> reply(isLive(row) ? Outcome.DONE : Outcome.GONE, row));
    }

    @Override
    public Reply update(SessionKey key, long version, Map<String, String> data, long fence) {
        return locked(key, row -> {
            if (row == null || !isLive(row)) {
                return reply(Outcome.GONE, row);
            }
            if (fence > 0 && fence < row.fence) {
                return reply(Outcome.FENCED, row);
            }
            if (row.session.version() != version) {
                return reply(Outcome.CONFLICT, row);
            }
            row.session = row.session.withData(data, ++lastVersion);
            return reply(Outcome.DONE, row);
        });
    }

    @Override
    public Reply begin(SessionKey key, String owner, Duration lease) {
        return locked(key, row -> {
            if (row == null || !isLive(row)) {
                return reply(Outcome.GONE, row);
            }
            long nowMillis = nowMillis();
            boolean taken = row.owner != null && row.ownedUntilMillis > nowMillis;
            if (taken && !owner.equals(row.owner)) {
                return new Reply(Outcome.HELD, EPOCH, row.session, row.ownedUntilMillis - nowMillis);
            }
            if (!taken) {
                row.fence = ++lastFence;
                touched(row, 1);
            }
            row.owner = owner;
            row.ownedUntilMillis = nowMillis + lease.toMillis();
            return new Reply(Outcome.DONE, EPOCH, row.session, row.fence);
        });
    }

    @Override
    public boolean renew(SessionKey key, String owner, Duration lease) {
        return locked(key, row -> {
            if (row == null || !owner.equals(row.owner) || row.ownedUntilMillis <= nowMillis()) {
                return false;
            }
            row.ownedUntilMillis = nowMillis() + lease.toMillis();
            return true;
        });
    }

    @Override
    public void finish(SessionKey key, String owner) {
        locked(key, row -> {
            if (row != null && owner.equals(row.owner)) {
                row.owner = null;
            }
            return true;
        });
    }

    @Override
    public Reply restore(Returning returning) {
        Session known = returning.known();
        return locked(known.key(), present -> {
            Row row = present != null && isLive(present) ? present : enterAgain(returning, present);
            if (row == null) {
                return reply(Outcome.GONE, present);
            }
            touched(row, Math.toIntExact(returning.turns()));
            if (returning.state() == SessionState.PAUSED) {
                Instant active = row.session.lastActiveAt();
                change(row, row.session.withState(SessionState.PAUSED, ++lastVersion, active), limits.ttl());
            } else if (!returning.state().isLive()) {
                over(row, returning.state(), now());
            }
            return reply(Outcome.DONE, row);
        });
    }

    /** Null if it must stay gone: it ended, or was erased. */
    private @Nullable Row enterAgain(Returning returning, @Nullable Row ended) {
        boolean openedAway = returning.epoch().isEmpty();
        if (!openedAway && (ended != null || returning.epoch().equals(EPOCH))) {
            return null;
        }
        Session known = returning.known();
        Instant now = now();
        return enter(new Session(
                known.key(),
                SessionState.ACTIVE,
                ++lastVersion,
                now.minus(returning.age()),
                now,
                known.turns() - returning.turns(),
                known.data(),
                now,
                false));
    }

    @Override
    public SessionPage page(SessionPage.Request request) {
        lock.lock();
        try {
            passBy();
            String prefix = request.tenant().map(tenant -> tenant.key() + ':').orElse("");
            var page = new ArrayList<Session>();
            String from = request.after().isEmpty() ? prefix : request.after();
            for (var entry : rows.tailMap(from, request.after().isEmpty()).entrySet()) {
                if (!entry.getKey().startsWith(prefix)) {
                    break;
                }
                if (!isLive(entry.getValue())) {
                    continue;
                }
                if (page.size() == request.limit()) {
                    String last = page.get(page.size() - 1).key().key();
                    return new SessionPage(
                            page, Optional.of(new SessionPage.Request(request.tenant(), request.limit(), last)));
                }
                page.add(entry.getValue().session);
            }
            return new SessionPage(page, Optional.empty());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long count() {
        lock.lock();
        try {
            passBy();
            return live;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public List<SessionSummary> overdue(int limit) {
        lock.lock();
        try {
            passBy();
            return untold.stream().limit(limit).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void told(List<SessionSummary> ends) {
        lock.lock();
        try {
            untold.removeAll(ends);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long erase(Tenant tenant) {
        lock.lock();
        try {
            String prefix = tenant.key() + ':';
            List<Row> erased = rows.tailMap(prefix).entrySet().stream()
                    .takeWhile(entry -> entry.getKey().startsWith(prefix))
                    .map(Map.Entry::getValue)
                    .toList();
            erased.forEach(this::remove);
            untold.removeIf(end -> end.key().tenant().equals(tenant));
            return erased.size();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(SessionKey key, Function<@Nullable Row, T> step) {
        lock.lock();
        try {
            passBy();
            return step.apply(rows.get(key.key()));
        } finally {
            lock.unlock();
        }
    }

    /** Ends and forgets what is due. */
    private void passBy() {
        long nowMillis = nowMillis();
        while (!due.isEmpty() && due.firstKey() <= nowMillis) {
            for (String name : List.copyOf(due.firstEntry().getValue())) {
                Row row = rows.get(name);
                if (row != null && isLive(row)) {
                    boolean active = row.session.state() == SessionState.ACTIVE;
                    over(
                            row,
                            active ? SessionState.TIMED_OUT : SessionState.ABANDONED,
                            Instant.ofEpochMilli(row.dueMillis));
                    untold.add(row.session.summary());
                    if (untold.size() > MOST_UNTOLD) {
                        untold.remove();
                    }
                } else if (row != null) {
                    remove(row);
                }
            }
        }
    }

    private Row enter(Session session) {
        Row before = rows.get(session.key().key());
        if (before != null) {
            remove(before);
        }
        var row = new Row(session);
        rows.put(session.key().key(), row);
        live++;
        dueIn(row, limits.inactivity());
        return row;
    }

    private void touched(Row row, int turns) {
        boolean paused = row.session.state() == SessionState.PAUSED;
        long version = paused ? ++lastVersion : row.session.version();
        change(row, row.session.withTurns(turns, version, now()), limits.inactivity());
    }

    private void change(Row row, Session to, Duration dueIn) {
        row.session = to;
        unlist(row);
        dueIn(row, dueIn);
    }

    private void over(Row row, SessionState as, Instant at) {
        live--;
        row.owner = null;
        row.session = row.session.withState(as, ++lastVersion, at);
        unlist(row);
        dueIn(row, limits.ttl());
    }

    private void remove(Row row) {
        if (isLive(row)) {
            live--;
        }
        unlist(row);
        rows.remove(row.session.key().key());
    }

    private void dueIn(Row row, Duration time) {
        row.dueMillis = nowMillis() + time.toMillis();
        due.computeIfAbsent(row.dueMillis, any -> new ArrayList<>())
                .add(row.session.key().key());
    }

    private void unlist(Row row) {
        List<String> listed = due.get(row.dueMillis);
        if (listed != null && listed.remove(row.session.key().key()) && listed.isEmpty()) {
            due.remove(row.dueMillis);
        }
    }

    private static boolean isLive(@Nullable Row row) {
        return row != null && row.session.state().isLive();
    }

    private static Reply reply(Outcome outcome, @Nullable Row row) {
        return new Reply(outcome, EPOCH, row == null ? null : row.session, 0);
    }

    private Instant now() {
        return Instant.ofEpochMilli(nowMillis());
    }

    /** The date at the start and what passed since: a wall clock that is set moves nothing here. */
    private long nowMillis() {
        return origin.toEpochMilli() + (ticker.nanos() - originNanos) / 1_000_000;
    }
}
