package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests for approval in the memory of one process. One lock; each call first ends what is overdue and forgets what is
 * old. Who watches is told when the lock is free.
 */
final class LocalApprovalStore implements ApprovalStore {

    private static final class Row {

        private ApprovalRecord record;
        /** Its place among those that wait, or among those decided. */
        private long number;
        /** When it times out, or is forgotten. */
        private long dueMillis;

        private Row(ApprovalRecord record, long number, long dueMillis) {
            this.record = record;
            this.number = number;
            this.dueMillis = dueMillis;
        }
    }

    /** What is the same if it is asked again. */
    private record Matter(Optional<Tenant> tenant, String session, String operation, String subject) {

        static Matter of(ApprovalRequest request) {
            return new Matter(
                    request.tenant(),
                    request.session().map(key -> key.session()).orElse(""),
                    request.operation(),
                    request.subject());
        }
    }

    private record Refusals(int count, long untilMillis) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Row> rows = new HashMap<>();
    private final NavigableMap<Long, Row> pending = new TreeMap<>();
    private final NavigableMap<Long, Row> decided = new TreeMap<>();
    private final TreeSet<Row> due =
            new TreeSet<>(Comparator.<Row>comparingLong(row -> row.dueMillis).thenComparingLong(row -> row.number));
    private final Map<Optional<Tenant>, Integer> waiting = new HashMap<>();
    private final Map<Optional<Tenant>, NavigableMap<Long, Row>> decidedOf = new HashMap<>();
    /** In the order in which they will be forgotten. */
    private final Map<Matter, Refusals> refused = new LinkedHashMap<>();

    private final List<Consumer<? super String>> watchers = new CopyOnWriteArrayList<>();
    private final ApprovalLimits limits;
    private final Ticker ticker;
    private final long originMillis;
    private final long originNanos;
    private final List<String> ended = new ArrayList<>();
    private long lastNumber;

    LocalApprovalStore(ApprovalLimits limits, Ticker ticker, InstantSource dates) {
        this.limits = limits;
        this.ticker = ticker;
        this.originMillis = dates.millis();
        this.originNanos = ticker.nanos();
    }

    @Override
    public ApprovalAdmission request(ApprovalRequest request) {
        return locked(() -> {
            Row known = rows.get(request.id());
            if (known != null) {
                return new ApprovalAdmission.Admitted(known.record);
            }
            Refusals before = refused.get(Matter.of(request));
            if (before != null && before.count >= limits.maxRequests()) {
                return new ApprovalAdmission.TooOften(
                        before.count, Duration.ofMillis(before.untilMillis - nowMillis()));
            }
            if (!request.approvedAtOnce()) {
                if (pending.size() >= limits.maxPending()) {
                    return new ApprovalAdmission.Full(limits.maxPending());
                }
                if (waiting.getOrDefault(request.tenant(), 0) >= limits.maxPendingOfTenant()) {
                    return new ApprovalAdmission.Full(limits.maxPendingOfTenant());
                }
            }
            return new ApprovalAdmission.Admitted(enter(request, before == null ? 1 : before.count + 1).record);
        });
    }

    @Override
    public ApprovalDecision decide(String id, ApprovalVerdict verdict) {
        return locked(() -> decide(rows.get(id), verdict));
    }

    @Override
    public ApprovalDecision decide(Tenant tenant, String id, ApprovalVerdict verdict) {
        return locked(() -> {
            Row row = rows.get(id);
            boolean own = row != null && row.record.request().tenant().equals(Optional.of(tenant));
            return decide(own ? row : null, verdict);
        });
    }

    @Override
    public List<ApprovalRecord> decideAll(ApprovalFilter filter, ApprovalVerdict verdict) {
        return locked(() -> {
            List<Row> matching = pending.values().stream()
                    .filter(row -> filter.matches(row.record.request()))
                    .limit(MAX_BATCH)
                    .toList();
            matching.forEach(row -> decide(row, verdict));
            return matching.stream().map(row -> row.record).toList();
        });
    }

    @Override
    public ApprovalDecision withdraw(String id) {
        return locked(() -> end(rows.get(id), ApprovalState.WITHDRAWN, "", ""));
    }

    @Override
    public Optional<ApprovalRecord> find(String id) {
        return locked(() -> Optional.ofNullable(rows.get(id)).map(row -> row.record));
    }

    @Override
    public Map<String, ApprovalState> states(Collection<String> ids) {
        checkIds(ids);
        return locked(() -> {
            Map<String, ApprovalState> states = new HashMap<>();
            for (String id : ids) {
                Row row = rows.get(id);
                if (row != null) {
                    states.put(id, row.record.state());
                }
            }
            return states;
        });
    }

    @Override
    public ApprovalPage pending(ApprovalPage.Request request) {
        return locked(() -> page(pending.tailMap(request.after(), false), request));
    }

    @Override
    public ApprovalPage history(ApprovalPage.Request request) {
        return locked(() -> page(
                (request.after() == 0 ? decided : decided.headMap(request.after(), false)).descendingMap(), request));
    }

    @Override
    public Watch watch(Consumer<? super String> listener) {
        requireNonNull(listener, "listener");
        // its own, so that one handed in twice is taken out once
        Consumer<String> own = listener::accept;
        watchers.add(own);
        return () -> watchers.remove(own);
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        return locked(() -> {
            List<Row> own = rows.values().stream()
                    .filter(row -> row.record.request().tenant().equals(Optional.of(tenant)))
                    .toList();
            own.forEach(row -> {
                ended.add(row.record.id());
                forget(row);
            });
            refused.keySet().removeIf(matter -> matter.tenant().equals(Optional.of(tenant)));
            return new ErasureReceipt("approvals", tenant, own.size());
        });
    }

    static void checkIds(Collection<String> ids) {
        if (ids.size() > MAX_IDS) {
            throw new IllegalArgumentException("ids must be at most " + MAX_IDS + ", were " + ids.size());
        }
    }

    private <T> T locked(Supplier<T> step) {
        List<String> told;
        T answer;
        lock.lock();
        try {
            passBy();
            answer = step.get();
            told = List.copyOf(ended); // the list itself belongs to the lock
            ended.clear();
        } finally {
            lock.unlock();
        }
        for (Consumer<? super String> watcher : watchers) {
            told.forEach(watcher);
        }
        return answer;
    }

    /** Ends and forgets what is due. */
    private void passBy() {
        long now = nowMillis();
        while (!due.isEmpty() && due.first().dueMillis <= now) {
            Row row = due.first();
            if (row.record.state().isFinal()) {
                forget(row);
            } else {
                settle(row, whenNobodyDecides(row.record), "", "", row.dueMillis);
            }
        }
        Iterator<Refusals> oldest = refused.values().iterator();
        while (oldest.hasNext() && oldest.next().untilMillis <= now) {
            oldest.remove();
        }
    }

    private static ApprovalState whenNobodyDecides(ApprovalRecord record) {
        return record.request().onTimeout() == ApprovalRequest.OnTimeout.APPROVE
                ? ApprovalState.AUTO_APPROVED
                : ApprovalState.TIMED_OUT;
    }

    private Row enter(ApprovalRequest request, int attempt) {
        long now = nowMillis();
        Instant at = Instant.ofEpochMilli(now);
        var row = new Row(
                new ApprovalRecord(
                        request,
                        attempt,
                        at,
                        at.plusMillis(request.timeout().toMillis()),
                        ApprovalState.PENDING,
                        "",
                        "",
                        Optional.empty()),
                ++lastNumber,
                now + request.timeout().toMillis());
        rows.put(request.id(), row);
        pending.put(row.number, row);
        due.add(row);
        waiting.merge(request.tenant(), 1, Integer::sum);
        if (request.approvedAtOnce()) {
            settle(row, ApprovalState.AUTO_APPROVED, "", "", now);
        }
        return row;
    }

    private ApprovalDecision decide(@Nullable Row row, ApprovalVerdict verdict) {
        return end(
                row,
                verdict.answer() == ApprovalVerdict.Answer.APPROVE ? ApprovalState.APPROVED : ApprovalState.REJECTED,
                verdict.by(),
                verdict.reason());
    }

    private ApprovalDecision end(@Nullable Row row, ApprovalState state, String by, String reason) {
        if (row == null) {
            return new ApprovalDecision.Unknown();
        }
        if (!row.record.state().isFinal()) {
            settle(row, state, by, reason, nowMillis());
            return new ApprovalDecision.Decided(row.record);
        }
        return hasExpired(row.record)
                ? new ApprovalDecision.Expired(row.record)
                : new ApprovalDecision.AlreadyDecided(row.record);
    }

    private static boolean hasExpired(ApprovalRecord record) {
        return record.state() == ApprovalState.TIMED_OUT
                || (record.state() == ApprovalState.AUTO_APPROVED
                        && record.decidedAt().equals(Optional.of(record.expiresAt())));
    }

    /** The one place where a request ends. */
    private void settle(Row row, ApprovalState state, String by, String reason, long atMillis) {
        pending.remove(row.number);
        due.remove(row);
        Optional<Tenant> tenant = row.record.request().tenant();
        waiting.computeIfPresent(tenant, (any, count) -> count == 1 ? null : count - 1);
        row.record = row.record.decided(state, by, reason, Instant.ofEpochMilli(atMillis));
        row.number = ++lastNumber;
        row.dueMillis = nowMillis() + limits.keepFor().toMillis();
        due.add(row);
        decided.put(row.number, row);
        NavigableMap<Long, Row> own = decidedOf.computeIfAbsent(tenant, any -> new TreeMap<>());
        own.put(row.number, row);
        count(row.record);
        ended.add(row.record.id());
        if (own.size() > limits.maxHistoryOfTenant()) {
            forget(own.firstEntry().getValue());
        }
    }

    private void count(ApprovalRecord record) {
        Matter matter = Matter.of(record.request());
        if (record.state() == ApprovalState.WITHDRAWN) {
            return;
        }
        Refusals before = refused.remove(matter);
        if (!record.state().isApproved()) {
            refused.put(
                    matter,
                    new Refusals(
                            before == null ? 1 : before.count + 1,
                            nowMillis() + limits.keepFor().toMillis()));
        }
    }

    private void forget(Row row) {
        Optional<Tenant> tenant = row.record.request().tenant();
        rows.remove(row.record.id());
        due.remove(row);
        if (pending.remove(row.number) != null) {
            waiting.computeIfPresent(tenant, (any, count) -> count == 1 ? null : count - 1);
        }
        decided.remove(row.number);
        NavigableMap<Long, Row> own = decidedOf.get(tenant);
        if (own != null && own.remove(row.number) != null && own.isEmpty()) {
            decidedOf.remove(tenant);
        }
    }

    private static ApprovalPage page(NavigableMap<Long, Row> from, ApprovalPage.Request request) {
        List<Row> found = from.values().stream()
                .filter(row -> request.filter().matches(row.record.request()))
                .limit(request.limit())
                .toList();
        return new ApprovalPage(
                found.stream().map(row -> row.record).toList(),
                found.size() < request.limit()
                        ? Optional.empty()
                        : Optional.of(new ApprovalPage.Request(
                                request.filter(), request.limit(), found.get(found.size() - 1).number)));
    }

    /** The date at the start and what passed since: a wall clock that is set moves nothing here. */
    private long nowMillis() {
        return originMillis + (ticker.nanos() - originNanos) / 1_000_000;
    }
}
