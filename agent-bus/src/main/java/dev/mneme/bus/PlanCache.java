package dev.mneme.bus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.mneme.Tenant;
import dev.mneme.memory.Memory;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheLoadException;
import dev.mneme.memory.cache.TieredCache;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Plans by request, so that the same request is planned once: in a cache of a {@link Memory}, for a day unless said otherwise,
 * on all instances if that memory is shared. A request is another one for another tenant, and when the agents of the form, or
 * the version of one of them, changed.
 *
 * <p>Kept is the plan's {@linkplain PlanForm data form}, under a digest of the request, whose text is kept nowhere. Safe for use
 * by many threads.
 */
public final class PlanCache {

    /** How long a plan is kept by default. */
    public static final Duration DEFAULT_TTL = Duration.ofHours(24);

    private static final Duration LONGEST_PLANNING = Duration.ofMinutes(2);
    private static final Duration LONGEST_READ = Duration.ofMillis(250);

    record Key(String tenant, String digest) {}

    private record Asked(Supplier<Plan> planner, int by) {}

    private final PlanForm form;
    private final TieredCache<Key, String> cache;
    /** Who asks now: a cache's loader is given no more than the key. */
    private final Map<Key, Asked> asked = new ConcurrentHashMap<>();

    private PlanCache(Memory memory, String name, PlanForm form, Duration ttl) {
        this.form = form;
        Map<Key, Asked> planners = asked;
        this.cache = memory.cache(name, Key.class, String.class)
                .owner(key -> Tenant.of(key.tenant()))
                .ttl(ttl)
                .jitter(0)
                .hardTimeout(LONGEST_PLANNING)
                .farTimeout(LONGEST_READ)
                .loader(key -> form.write(requireNonNull(planners.get(key), "nobody asks any more")
                        .planner()
                        .get()))
                .build();
    }

    /**
     * Plans kept for 24 h.
     *
     * @param name of the cache in the memory
     */
    public static PlanCache on(Memory memory, String name, PlanForm form) {
        return on(memory, name, form, DEFAULT_TTL);
    }

    public static PlanCache on(Memory memory, String name, PlanForm form, Duration ttl) {
        return new PlanCache(memory, name, requireNonNull(form, "form"), ttl);
    }

    /**
     * The plan for a request, kept or made now. Of several that ask for the same at once in this process one makes it, and the
     * others wait for it; over several instances with a shared memory as its cache says.
     *
     * @param request whatever the plan is made of, as text
     * @param planner makes it, within 2 minutes, on a thread of the cache; of plans that the form can write
     * @throws CacheLoadException if the planner threw, took too long, or made a plan that cannot be written
     */
    public Plan plan(Tenant tenant, String request, Supplier<Plan> planner) {
        requireNonNull(planner, "planner");
        Key key = key(tenant, request);
        asked.merge(key, new Asked(planner, 1), (before, one) -> new Asked(before.planner(), before.by() + 1));
        try {
            return form.read(cache.get(key));
        } finally {
            asked.computeIfPresent(key, (same, now) -> now.by() == 1 ? null : new Asked(now.planner(), now.by() - 1));
        }
    }

    /** Forgets the plan for a request. */
    public Ack forget(Tenant tenant, String request) {
        return cache.invalidate(key(tenant, request));
    }

    private Key key(Tenant tenant, String request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(form.agents().getBytes(UTF_8));
            digest.update((byte) 0);
            return new Key(tenant.id(), HexFormat.of().formatHex(digest.digest(request.getBytes(UTF_8))));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
