package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A long run of seeded chance against a store with limits, and beside it a model that is as plain as can be: after each call
 * both must hold the same records, and no more than the limit.
 */
public final class EvictionScript {

    private static final int IDS = 90;

    private AgentContext agent;
    private final MovableClock clock;
    private final int max;
    private final int lowWater;
    private final EvictionPolicy policy;
    private final Duration halfLife;
    private final long seed;
    private final Random random;
    private final Map<String, Interaction> records = new TreeMap<>();
    private final Map<String, Instant> used = new HashMap<>();
    private long evictions;

    public EvictionScript(
            AgentContext agent,
            MovableClock clock,
            int max,
            int lowWater,
            EvictionPolicy policy,
            Duration halfLife,
            long seed) {
        this.agent = agent;
        this.clock = clock;
        this.max = max;
        this.lowWater = lowWater;
        this.policy = policy;
        this.halfLife = halfLife;
        this.seed = seed;
        this.random = new Random(seed);
    }

    /** @param restart gives the agent of the store as it stands after a restart */
    public void run(int operations, Supplier<AgentContext> restart) {
        for (int i = 0; i < operations; i++) {
            String where = "seed " + seed + ", policy " + policy + ", operation " + i;
            int choice = random.nextInt(1_000);
            if (choice < 400) {
                add(where);
            } else if (choice < 480) {
                addBatch(where);
            } else if (choice < 560) {
                String id = id();
                assertThat(agent.delete(id)).as(where).isEqualTo(records.remove(id) != null);
                used.remove(id);
            } else if (choice < 760) {
                search(where);
            } else if (choice < 800) {
                prune(where);
            } else if (choice < 990) {
                clock.advance(Duration.ofMillis(random.nextInt(20_000)));
            } else if (choice < 998) {
                hasWhatTheModelHas(where);
            } else if (random.nextInt(10) == 0) {
                agent = restart.get();
                hasWhatTheModelHas(where + ", restarted");
            }
            assertThat(agent.count()).as(where).isEqualTo(records.size()).isLessThanOrEqualTo(max);
        }
        hasWhatTheModelHas("seed " + seed + ", policy " + policy + ", at the end");
        assertThat(evictions).as("evictions of seed %d", seed).isGreaterThan(operations / 20);
    }

    private String id() {
        return "id" + random.nextInt(IDS);
    }

    private Interaction interaction() {
        Interaction one = Interaction.of(id(), "common word" + random.nextInt(10))
                .type("type" + random.nextInt(3))
                .importance(random.nextInt(11) / 10.0)
                .time(clock.instant().minusMillis(random.nextInt(4) == 0 ? random.nextInt(600_000) : 0));
        one = random.nextInt(3) == 0 ? one.success(random.nextBoolean()) : one;
        return random.nextInt(40) == 0 ? one.pinned() : one;
    }

    private void add(String where) {
        Interaction one = interaction();
        if (isRefused(List.of(one))) {
            assertThatThrownBy(() -> agent.add(one)).as(where).isInstanceOf(PinnedLimitException.class);
            return;
        }
        Added expected = put(one);
        expected = evict() > 0 && !records.containsKey(one.id()) ? Added.EVICTED : expected;
        assertThat(agent.add(one)).as(where).isEqualTo(expected);
    }

    private void addBatch(String where) {
        var batch = new ArrayList<Interaction>();
        for (int i = random.nextInt(2 * max) + 1; i > 0; i--) {
            batch.add(interaction());
        }
        if (isRefused(batch)) {
            assertThatThrownBy(() -> agent.addAll(batch)).as(where).isInstanceOf(PinnedLimitException.class);
            return;
        }
        Additions expected = Additions.none();
        for (Interaction one : batch) {
            expected = expected.and(put(one));
        }
        assertThat(agent.addAll(batch)).as(where).isEqualTo(expected.evicted(evict()));
    }

    private boolean isRefused(List<Interaction> batch) {
        Map<String, Interaction> after = new HashMap<>(records);
        for (Interaction one : batch) {
            Interaction there = after.get(one.id());
            if (there == null || !time(there).isAfter(time(one))) {
                after.put(one.id(), one);
            }
        }
        long pinned = pinned(after);
        return pinned > max && pinned > pinned(records);
    }

    private static long pinned(Map<String, Interaction> of) {
        return of.values().stream().filter(Interaction::isPinned).count();
    }

    private Added put(Interaction one) {
        Interaction there = records.get(one.id());
        if (there != null && time(there).isAfter(time(one))) {
            return Added.OLDER;
        }
        records.put(one.id(), one);
        used.remove(one.id());
        return there == null ? Added.NEW : Added.REPLACED;
    }

    private int evict() {
        if (records.size() <= max) {
            return 0;
        }
        List<Interaction> order = records.values().stream()
                .filter(one -> !one.isPinned())
                .sorted(worst().thenComparing(EvictionScript::time).thenComparing(Interaction::id))
                .toList();
        int surplus = Math.min(order.size(), records.size() - lowWater);
        for (Interaction one : order.subList(0, surplus)) {
            records.remove(one.id());
            used.remove(one.id());
        }
        evictions += surplus > 0 ? 1 : 0;
        return surplus;
    }

    private Comparator<Interaction> worst() {
        return switch (policy) {
            case OLDEST -> Comparator.comparing(EvictionScript::time);
            case LEAST_RECENTLY_USED -> Comparator.comparing(this::fresh);
            case LOWEST_VALUE -> Comparator.comparingDouble(this::value);
        };
    }

    private Instant fresh(Interaction one) {
        Instant use = used.getOrDefault(one.id(), time(one));
        return use.isAfter(time(one)) ? use : time(one);
    }

    private double value(Interaction one) {
        double seconds =
                Math.max(0, Duration.between(fresh(one), clock.instant()).toMillis()) / 1_000.0;
        double outcome = one.success().map(good -> good ? 2.0 / 3 : 1.0 / 3).orElse(0.5);
        return one.importance() * Math.pow(0.5, seconds / halfLife.toSeconds()) * outcome;
    }

    private void search(String where) {
        Hits hits = agent.search(
                ContextQuery.text("word" + random.nextInt(10)).weights(1, 0).limit(1 + random.nextInt(3)));
        assertThat(records.keySet()).as(where).containsAll(hits.ids());
        if (policy != EvictionPolicy.OLDEST) {
            hits.ids().forEach(id -> used.put(id, clock.instant()));
        }
    }

    private void prune(String where) {
        Prune prune = randomPrune();
        PruneReport dry = agent.prune(prune.dryRun());
        assertThat(agent.count()).as(where).isEqualTo(records.size());
        PruneReport real = agent.prune(prune);
        assertThat(real)
                .as(where)
                .isEqualTo(new PruneReport(false, dry.examined(), dry.removed(), dry.pinned(), dry.ids()));
        var expected = new ArrayList<String>();
        long kept = 0;
        for (Interaction one : records.values()) {
            if (satisfies(prune, one)) {
                kept += one.isPinned() ? 1 : 0;
                expected.addAll(one.isPinned() ? List.of() : List.of(one.id()));
            }
        }
        assertThat(real.ids()).as(where).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(real.removed()).as(where).isEqualTo(expected.size());
        assertThat(real.pinned()).as(where).isEqualTo(kept);
        assertThat(real.examined()).as(where).isEqualTo(records.size());
        expected.forEach(records::remove);
        expected.forEach(used::remove);
    }

    private Prune randomPrune() {
        Prune older = Prune.olderThan(Duration.ofSeconds(120 + random.nextInt(600)));
        Prune type = Prune.matching(Fields.type().is("type" + random.nextInt(3)));
        Prune worthless = Prune.valuedBelow(0.01 + random.nextInt(10) / 100.0);
        return switch (random.nextInt(5)) {
            case 0 -> older.unlessPinned();
            case 1 -> type.and(older);
            case 2 -> worthless;
            case 3 -> worthless.and(type).and(Prune.matching(Fields.success().isFalse()));
            default -> older.and(type).and(worthless);
        };
    }

    private boolean satisfies(Prune prune, Interaction one) {
        return prune.minAge()
                        .map(age -> time(one).isBefore(clock.instant().minus(age)))
                        .orElse(true)
                && prune.filter().map(filter -> filter.matches(one)).orElse(true)
                && (prune.valueBound().isEmpty()
                        || value(one) < prune.valueBound().getAsDouble());
    }

    private void hasWhatTheModelHas(String where) {
        var there = new TreeSet<String>();
        for (int i = 0; i < IDS; i++) {
            agent.find("id" + i).ifPresent(one -> {
                assertThat(one).as(where).isEqualTo(records.get(one.id()));
                there.add(one.id());
            });
        }
        assertThat(there).as(where).isEqualTo(new TreeSet<>(records.keySet()));
    }

    private static Instant time(Interaction one) {
        return one.time().orElseThrow();
    }
}
