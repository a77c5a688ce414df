package dev.mneme.resilience.limit;

import static java.util.Objects.requireNonNull;

import dev.mneme.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RateLimiter} that counts in this process and is exact: it keeps the time of every call it allowed while that
 * call is in the window, so no span of a window's length ever holds more than the limit, wherever it begins.
 *
 * <p>A call leaves the window when exactly its length has passed. Time is monotonic; the wall clock plays no part. Each
 * key has its own lock, held for a few instructions, so one busy key does not hold up another.
 *
 * <p><b>Memory.</b> At most 8 bytes for each call within the window, for each rule and key, and some 200 bytes for each
 * key. A key whose calls have all left the window is dropped by calls that come later, a few keys at each; there is no
 * thread, and nothing to close.
 *
 * <p><b>At the bound.</b> When {@code maxKeys} keys have calls within the window, the call of one more key is allowed and
 * not counted, and its decision is {@linkplain Decision#degraded() degraded}. Keys already counted stay exact: a flood of
 * made-up keys can neither clear their counts nor have them refused.
 */
public final class SlidingWindowLimiter implements RateLimiter {

    private final RuleSet rules;
    private final int[] places;
    final KeyLogs logs;
    private final Ticker ticker;
    private final Counts counts;
    private final Decision uncounted;

    private SlidingWindowLimiter(RuleSet rules, int[] places, KeyLogs logs, Ticker ticker, Counts counts) {
        this.rules = rules;
        this.places = places;
        this.logs = logs;
        this.ticker = ticker;
        this.counts = counts;
        this.uncounted = Decision.allowed(rules.smallestLimit(places) - 1).asDegraded();
    }

    /** A limiter of the one rule {@link LimitRule#perUser()}. */
    public static SlidingWindowLimiter create() {
        return builder(LimitRule.perUser()).build();
    }

    /** A limiter that decides by {@code rule} unless told otherwise. */
    public static Builder builder(LimitRule rule) {
        return new Builder(rule);
    }

    @Override
    public Decision tryAcquire(String key) {
        if (key.isEmpty() || key.length() > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "a key must have 1 to " + MAX_KEY_LENGTH + " characters, had " + key.length());
        }
        Decision decision = decide(key);
        counts.add(decision);
        return decision;
    }

    private Decision decide(String key) {
        while (true) {
            KeyLog log = logs.find(key);
            if (log == null) {
                log = logs.findOrAdd(key, ticker.nanos());
            }
            if (log == null) {
                return uncounted;
            }
            Decision decision = decideBy(log);
            if (decision != null) {
                return decision;
            }
        }
    }

    private @Nullable Decision decideBy(KeyLog log) {
        Decision decision;
        long nowNanos;
        boolean sixteenth;
        log.lock.lock();
        try {
            if (log.isDropped()) {
                return null;
            }
            // read under the lock: a thread that stalls before it must not date its call back
            nowNanos = ticker.nanos();
            decision = log.decide(places, nowNanos);
            sixteenth = log.isSixteenth();
        } finally {
            log.lock.unlock();
        }
        if (sixteenth) {
            logs.dropSomeIdle(nowNanos);
        }
        return decision;
    }

    @Override
    public SlidingWindowLimiter by(String rule, String... together) {
        return new SlidingWindowLimiter(rules, rules.places(rule, together), logs, ticker, counts);
    }

    @Override
    public LimiterStats stats() {
        return new LimiterStats(counts.allowed.sum(), counts.refused.sum(), counts.degraded.sum(), logs.size());
    }

    private static final class Counts {
        final LongAdder allowed = new LongAdder();
        final LongAdder refused = new LongAdder();
        final LongAdder degraded = new LongAdder();

        void add(Decision decision) {
            (decision.allowed() ? allowed : refused).increment();
            if (decision.degraded()) {
                degraded.increment();
            }
        }
    }

    /** The parts of a limiter. Not safe for threads. */
    public static final class Builder {

        private static final int MOST_RULES = 16;
        private static final int MOST_KEYS = 10_000_000;

        private final List<LimitRule> rules = new ArrayList<>();
        private int maxKeys = 100_000;
        private Ticker ticker = Ticker.system();

        private Builder(LimitRule rule) {
            rules.add(requireNonNull(rule, "rule"));
        }

        /**
         * Adds a rule for {@link RateLimiter#by(String, String...)}.
         *
         * @throws IllegalArgumentException if there is one of that name, or there are 16 already
         */
        public Builder rule(LimitRule rule) {
            if (rules.stream().anyMatch(other -> other.name().equals(rule.name()))) {
                throw new IllegalArgumentException("names of rules must differ, '" + rule.name() + "' was given twice");
            }
            if (rules.size() == MOST_RULES) {
                throw new IllegalArgumentException(
                        "a limiter may have at most " + MOST_RULES + " rules, was given more");
            }
            rules.add(rule);
            return this;
        }

        /**
         * The most keys counted at a time, 100,000 unless set; see the limiter for what happens then.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000,000
         */
        public Builder maxKeys(int maxKeys) {
            if (maxKeys < 1 || maxKeys > MOST_KEYS) {
                throw new IllegalArgumentException("maxKeys must be 1 to " + MOST_KEYS + ", was " + maxKeys);
            }
            this.maxKeys = maxKeys;
            return this;
        }

        /** The time to count by, {@link Ticker#system()} unless set. It is read under a key's lock, so must not block. */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        public SlidingWindowLimiter build() {
            var set = new RuleSet(rules);
            int[] first = {0};
            return new SlidingWindowLimiter(set, first, new KeyLogs(set, maxKeys), ticker, new Counts());
        }
    }
}
