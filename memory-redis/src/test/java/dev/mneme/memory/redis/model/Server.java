package dev.mneme.memory.redis.model;

import static dev.mneme.memory.redis.model.Layout.BUCKETS;
import static dev.mneme.memory.redis.model.Layout.KEYS;
import static dev.mneme.memory.redis.model.Layout.SCHEMAS;
import static dev.mneme.memory.redis.model.Layout.SCOPES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One life of a Redis process: its clock, its data, the log its replica follows, and the scripts. */
final class Server {

    /** One call of a loader: what a value is worth is when its load began. */
    record Load(int number, int key, long beganAt, long version, long ttl, long steppedBefore) {}

    record Frame(Load load, long grant, long freshUntil, long expiresAt, long[] scopes) {}

    record Lease(long token, long grant, long expiresAt, long[] scopes) {}

    record Version(long counter, long name) {}

    /** What is published with an invalidation. */
    record Message(int bucket, @Nullable Version predecessor, Version version, int target) {}

    /** That a script ran, and whether a failover undid it. */
    static final class Execution {
        boolean lost;
    }

    enum LeaseMode {
        NORMAL,
        EARLY,
        FORCE
    }

    /** What {@code read} answers: a frame with the present scope versions, 0 for a missing one. */
    record Read(Server server, @Nullable Frame frame, long[] scopes) {}

    /** What {@code lease} answers: a frame with the time it stays fresh, a grant, or, with neither, to wait. */
    record Leased(@Nullable Frame hit, long freshFor, boolean granted) {}

    record Beat(Server server, @Nullable Version version, long time) {}

    private record Write(int cell, @Nullable Object value) {}

    private record Entry(
            long at, List<Write> writes, @Nullable Execution execution) {}

    private static final int LEASES = KEYS * SCHEMAS;
    private static final int SCOPE_CELLS = 2 * LEASES;
    private static final int VERSIONS = SCOPE_CELLS + SCOPES;
    private static final int CELLS = VERSIONS + BUCKETS;

    private final Rules rules;
    private final Settings settings;
    private final Object[] cells;
    private final Object[] first;
    private final List<Entry> log = new ArrayList<>();
    private List<Write> writing = new ArrayList<>();
    private final long clockOffset;
    private final Consumer<Message> publish;

    final int runId;
    boolean dead;
    boolean paused;
    /** Set while another server believes it is the master too. */
    boolean split;

    Server(int runId, Object[] cells, long clockOffset, Rules rules, Settings settings, Consumer<Message> publish) {
        this.runId = runId;
        this.first = cells.clone();
        this.cells = cells;
        this.clockOffset = clockOffset;
        this.rules = rules;
        this.settings = settings;
        this.publish = publish;
    }

    static Object[] nothing() {
        return new Object[CELLS];
    }

    /** The data as it was at {@code time}; what ran later is marked as lost. */
    Object[] dataOf(long time) {
        Object[] data = first.clone();
        for (Entry entry : log) {
            if (entry.at <= time) {
                entry.writes.forEach(write -> data[write.cell] = write.value);
            } else if (entry.execution != null) {
                entry.execution.lost = true;
            }
        }
        return data;
    }

    long clockOffset() {
        return clockOffset;
    }

    private long time(long now) {
        return now + clockOffset;
    }

    private void set(int cell, @Nullable Object value) {
        cells[cell] = value;
        writing.add(new Write(cell, value));
    }

    private void finish(long now, @Nullable Execution execution) {
        if (!writing.isEmpty()) {
            log.add(new Entry(now, writing, execution));
            writing = new ArrayList<>();
        }
    }

    private static int cell(int schema, int key) {
        return schema * KEYS + key;
    }

    // ---- scripts

    Read read(long now, int schema, int key) {
        return new Read(this, frame(now, schema, key), scopes(key));
    }

    Leased lease(long now, int schema, int key, LeaseMode mode, long token, long scopeSeed) {
        long time = time(now);
        long[] scopes = scopes(key);
        for (int i = 0; i < scopes.length; i++) {
            if (scopes[i] == 0) {
                scopes[i] = mix(scopeSeed, i);
                set(SCOPE_CELLS + Layout.chain(key)[i], scopes[i]);
            }
        }
        Frame frame = frame(now, schema, key);
        Leased answer = new Leased(null, 0, true);
        if (mode == LeaseMode.NORMAL && frame != null && sameScopes(frame.scopes, scopes) && frame.freshUntil > time) {
            answer = new Leased(frame, frame.freshUntil - time, false);
        } else if (mode != LeaseMode.FORCE && held(now, cells[LEASES + cell(schema, key)], scopes)) {
            answer = new Leased(null, 0, false);
        } else {
            set(LEASES + cell(schema, key), new Lease(token, time, time + settings.leaseFor(), scopes));
        }
        finish(now, null);
        return answer;
    }

    private boolean held(long now, @Nullable Object cell, long[] scopes) {
        long time = time(now);
        return cell instanceof Lease lease && lease.expiresAt > time && Arrays.equals(lease.scopes, scopes);
    }

    /** Whether the value was written. */
    boolean fill(long now, int schema, long token, Load load) {
        long time = time(now);
        int cell = cell(schema, load.key);
        Lease lease = cells[LEASES + cell] instanceof Lease l && l.expiresAt > time ? l : null;
        boolean mine = lease != null && lease.token == token;
        if (!mine && rules.keep(Rule.FILL_NEEDS_ITS_LEASE)) {
            return false;
        }
        long grant = lease != null && rules.keep(Rule.TTL_COUNTS_FROM_THE_GRANT) ? lease.grant : time;
        long freshUntil = grant + load.ttl;
        boolean written = freshUntil + settings.staleOnError() > time;
        if (written) {
            long[] scopes = lease != null && rules.keep(Rule.FRAMES_CARRY_THE_SCOPES_OF_THE_LEASE)
                    ? lease.scopes
                    : scopes(load.key);
            set(cell, new Frame(load, grant, freshUntil, freshUntil + settings.staleOnError(), scopes));
        }
        if (mine) {
            set(LEASES + cell, null);
        }
        finish(now, null);
        return written;
    }

    void release(long now, int schema, int key, long token) {
        int cell = LEASES + cell(schema, key);
        if (cells[cell] instanceof Lease lease && lease.token == token) {
            set(cell, null);
        }
        finish(now, null);
    }

    Execution invalidate(long now, int schema, int target, long random) {
        if (Layout.isScope(target)) {
            set(SCOPE_CELLS + target - Layout.SCOPE, null);
        } else {
            for (int s = 0; s < SCHEMAS; s++) {
                if (s == schema || rules.keep(Rule.INVALIDATION_REACHES_ALL_SCHEMAS)) {
                    set(cell(s, target), null);
                    if (rules.keep(Rule.INVALIDATION_REVOKES_LEASES)) {
                        set(LEASES + cell(s, target), null);
                    }
                }
            }
        }
        int bucket = Layout.bucket(target);
        Version old = (Version) cells[VERSIONS + bucket];
        long counter = old == null ? time(now) : old.counter;
        long name = rules.keep(Rule.VERSIONS_ARE_CHAINED) && old != null ? mix(old.name, random) : random;
        Version version = new Version(counter + 1, name);
        if (rules.keep(Rule.INVALIDATION_RENEWS_THE_VERSION)) {
            set(VERSIONS + bucket, version);
        }
        publish.accept(new Message(bucket, old, version, target));
        Execution execution = new Execution();
        execution.lost = split;
        finish(now, execution);
        return execution;
    }

    Beat beat(long now, int bucket) {
        return new Beat(this, (Version) cells[VERSIONS + bucket], time(now));
    }

    void createVersion(long now, int bucket, long random) {
        if (cells[VERSIONS + bucket] == null) {
            set(VERSIONS + bucket, new Version(time(now), random));
        }
        finish(now, null);
    }

    // ---- what scripts share

    private @Nullable Frame frame(long now, int schema, int key) {
        return cells[cell(schema, key)] instanceof Frame frame && frame.expiresAt > time(now) ? frame : null;
    }

    private long[] scopes(int key) {
        int[] chain = Layout.chain(key);
        long[] versions = new long[chain.length];
        for (int i = 0; i < chain.length; i++) {
            versions[i] = cells[SCOPE_CELLS + chain[i]] instanceof Long version ? version : 0;
        }
        return versions;
    }

    boolean sameScopes(long[] ofFrame, long[] present) {
        if (!rules.keep(Rule.SCOPES_ARE_COMPARED)) {
            return true;
        }
        for (int i = 0; i < present.length; i++) {
            boolean missing = present[i] == 0;
            if (missing ? rules.keep(Rule.A_MISSING_SCOPE_IS_A_MISS) : present[i] != ofFrame[i]) {
                return false;
            }
        }
        return true;
    }

    /** Stands for a hash: different for different arguments, and never 0. */
    static long mix(long a, long b) {
        long z = a * 0x9E3779B97F4A7C15L + b + 0x632BE59BD9B4E019L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return (z ^ (z >>> 31)) | 1;
    }
}
