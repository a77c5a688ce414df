package dev.mneme.memory.redis.model;

import static dev.mneme.memory.redis.model.Simulation.MILLIS;
import static dev.mneme.memory.redis.model.Simulation.SECONDS;

import dev.mneme.memory.redis.model.Server.Frame;
import dev.mneme.memory.redis.model.Server.LeaseMode;
import dev.mneme.memory.redis.model.Server.Load;
import dev.mneme.memory.redis.model.Statistics.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One fetch of one key by one node, on behalf of all who joined it: Redis, else its lease and the loader. */
final class Flight {

    private record Passenger(Checker.Read read, long began) {}

    private final Node node;
    private final Simulation sim;
    private final Rules rules;
    private final Server.LeaseMode mode;
    private final List<Passenger> passengers = new ArrayList<>();
    private final int schema;
    final int key;
    final long startedAt;
    Fence fence = new Fence(null);
    private Runnable registration = () -> {};
    private @Nullable Frame staleFrame;
    private long staleFrameUntil;
    private long steppedBefore;
    private int polls;
    private boolean over;
    private @Nullable Load result;
    private Level level = Level.LOADED;
    private long resultUntil;

    Flight(Node node, int key, LeaseMode mode, long startedAt) {
        this.node = node;
        this.sim = node.sim;
        this.rules = node.rules;
        this.key = key;
        this.mode = mode;
        this.schema = node.schema;
        this.startedAt = startedAt;
    }

    /** {@code began} is when the read began, the least number for the one who brought the flight about. */
    void join(Checker.Read read, long began) {
        passengers.add(new Passenger(read, began));
        if (over) {
            land();
        }
    }

    void start(boolean bypass, Runnable registration) {
        this.registration = registration;
        if (bypass || node.away()) {
            load(null, node.mono());
        } else if (mode == LeaseMode.NORMAL) {
            node.network.call(
                    node,
                    Settings.FAR_TIMEOUT,
                    true,
                    server -> server.read(sim.now(), schema, key),
                    this::wasRead,
                    () -> load(null, node.mono()),
                    late -> {});
        } else {
            lease();
        }
    }

    private void wasRead(Server.Read read) {
        Frame frame = read.frame();
        long time = node.serverTime(Layout.bucket(key), read.server());
        if (frame == null || time < 0) {
            node.then(this::lease);
            return;
        }
        boolean sameScopes = read.server().sameScopes(frame.scopes(), read.scopes());
        if (sameScopes && frame.freshUntil() > time) {
            hit(frame, frame.freshUntil() - time, node.mono());
            return;
        }
        if (frame.expiresAt() > time && (sameScopes || !rules.keep(Rule.STALE_ON_ERROR_COMPARES_SCOPES))) {
            staleFrame = frame;
            staleFrameUntil = node.mono() + frame.expiresAt() - time;
        }
        node.then(this::lease);
    }

    private void hit(Frame frame, long freshFor, long from) {
        long far = rules.keep(Rule.NEAR_ENDS_WITH_FAR) ? freshFor : Settings.NEAR_TTL;
        commit(frame.load(), Level.FAR, from + Math.min(far, Settings.NEAR_TTL), from + freshFor);
        if (sim.chance(0.05)) {
            node.near.refresh(key, LeaseMode.EARLY, null);
        }
    }

    private void lease() {
        long token = sim.token();
        long scopeSeed = rules.keep(Rule.SCOPE_VERSIONS_ARE_NEW_FOR_EVERY_SEND) ? token : node.number + 1;
        LeaseMode asked = polls == 0 ? mode : LeaseMode.NORMAL;
        long askedAt = node.mono();
        steppedBefore = node.network.steppedBack;
        boolean early = !rules.keep(Rule.LOADS_BEGIN_AFTER_THE_LEASE);
        long loadBegan = sim.now();
        node.network.call(
                node,
                Settings.FAR_TIMEOUT,
                !rules.keep(Rule.LEASES_ARE_NEVER_RESENT),
                server -> server.lease(sim.now(), schema, key, asked, token, scopeSeed),
                leased -> {
                    if (leased.hit() != null) {
                        hit(leased.hit(), leased.freshFor(), askedAt);
                    } else if (leased.granted()) {
                        load(token, askedAt, early ? loadBegan : Long.MAX_VALUE);
                    } else if (++polls > 25) {
                        load(null, node.mono());
                    } else {
                        long wait = Math.min(50, 1L << polls) * MILLIS;
                        sim.after(wait, node.here(this::lease));
                    }
                },
                () -> load(null, node.mono()),
                leased -> {
                    if (leased.granted()) {
                        release(token);
                    }
                });
    }

    private void release(long token) {
        node.statistics.releases++;
        node.network.call(
                node,
                Settings.FAR_TIMEOUT,
                true,
                server -> {
                    server.release(sim.now(), schema, key, token);
                    return true;
                },
                released -> {},
                () -> {},
                released -> {});
    }

    private void load(@Nullable Long token, long ttlFrom) {
        load(token, ttlFrom, Long.MAX_VALUE);
    }

    private void load(@Nullable Long token, long ttlFrom, long began) {
        node.then(() -> {
            Load load = node.checker.loadBegins(
                    key, Math.min(began, sim.now()), token == null ? node.network.steppedBack : steppedBefore);
            long most = sim.chance(node.settings.slowLoads())
                    ? Settings.LOADER_TIMEOUT
                    : sim.chance(0.3) ? 500 : 20 * MILLIS;
            boolean fails = sim.chance(node.settings.failingLoads());
            long took = sim.between(0, sim.chance(0.03) ? 8 * SECONDS : most);
            sim.after(took, node.here(() -> {
                if (fails) {
                    failed(token);
                } else {
                    loaded(load, token, ttlFrom);
                }
            }));
        });
    }

    private void loaded(Load load, @Nullable Long token, long ttlFrom) {
        long until = ttlFrom + load.ttl();
        Runnable commit = () -> commit(load, Level.LOADED, Math.min(ttlFrom + Settings.NEAR_TTL, until), until);
        if (token == null) {
            commit.run();
            return;
        }
        node.network.call(
                node,
                Settings.FAR_TIMEOUT,
                true,
                server -> server.fill(sim.now(), schema, token, load),
                written -> {
                    node.statistics.refusedFills += written ? 0 : 1;
                    commit.run();
                },
                commit,
                late -> {});
    }

    private void failed(@Nullable Long token) {
        if (token != null) {
            release(token);
        }
        level = Level.STALE_ON_ERROR;
        if (staleFrame != null && node.settings.staleOnError() > 0) {
            result = staleFrame.load();
            resultUntil = staleFrameUntil;
        }
        node.inTurn(() -> node.near.leave(this), this::land);
    }

    private void commit(Load load, Level from, long deadline, long valueUntil) {
        registration.run();
        result = load;
        level = from;
        resultUntil = valueUntil;
        node.near.commit(this, new NearLevel.Entry(load, fence, deadline, valueUntil), this::land);
    }

    private void land() {
        over = true;
        List<Passenger> all = List.copyOf(passengers);
        passengers.clear();
        for (Passenger passenger : all) {
            boolean own = passenger.began == Long.MIN_VALUE;
            if (!own && passenger.began >= resultUntil && rules.keep(Rule.A_JOINER_CHECKS_THE_DEADLINE)) {
                node.near.get(passenger.read);
            } else if (level == Level.STALE_ON_ERROR) {
                // everybody looks for himself: what one found may have been dropped before another came
                node.near.getStale(passenger.read, result);
            } else {
                passenger.read.answered(Objects.requireNonNull(result), own ? level : Level.JOINED);
            }
        }
    }
}
