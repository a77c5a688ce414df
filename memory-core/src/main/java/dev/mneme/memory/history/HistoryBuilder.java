package dev.mneme.memory.history;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.history.spi.HistorySpec;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a history is set up; the same on all nodes. Not for use by several threads. */
public final class HistoryBuilder {

    /** The most turns a history may be told to keep. */
    public static final int MAX_TURNS = 1_000;

    private static final Duration MAX_TTL = Duration.ofDays(1);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.~-]{1,64}");
    private static final int IDS_FOR_EACH_TURN = 10;

    private final Histories histories;
    private final String name;
    private int maxTurns = 50;
    private Duration ttl;
    private Duration timeout = Duration.ofSeconds(1);
    long maxConversations = 10_000;
    TokenCounter counter = TokenCounter.estimate();

    @Nullable
    HistoryLoader loader;

    HistoryBuilder(Histories histories, String name, Duration ttl) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a history must have 1 to 64 characters out of A-Z a-z 0-9 _ . ~ -, was \"" + name
                            + '"');
        }
        this.histories = histories;
        this.name = name;
        this.ttl = checkedTtl(ttl);
    }

    /**
     * How many turns of a conversation are kept; 50 by default. Ten times as many ids are remembered.
     *
     * @throws IllegalArgumentException if it is below 1 or above {@value #MAX_TURNS}
     */
    public HistoryBuilder maxTurns(int most) {
        if (most < 1 || most > MAX_TURNS) {
            throw new IllegalArgumentException("maxTurns must be from 1 to " + MAX_TURNS + ", was " + most);
        }
        this.maxTurns = most;
        return this;
    }

    /**
     * How long after its last turn a conversation is kept; by default 20 min, or what {@code REDIS_TTL_RECENT_HISTORY}
     * says if the settings were read from the environment.
     *
     * @throws IllegalArgumentException if it is below 100 ms or above a day
     */
    public HistoryBuilder ttl(Duration ttl) {
        this.ttl = checkedTtl(ttl);
        return this;
    }

    private static Duration checkedTtl(Duration ttl) {
        if (ttl.compareTo(Duration.ofMillis(100)) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException("the ttl of a history must be from 100 ms to a day, was " + ttl);
        }
        return ttl;
    }

    /**
     * How long a call waits for the shared level at most before it goes on without; 1 s by default.
     *
     * @throws IllegalArgumentException if it is not more than zero, or above a minute
     */
    public HistoryBuilder timeout(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("timeout must be more than zero and at most 1 min, was " + timeout);
        }
        this.timeout = timeout;
        return this;
    }

    /**
     * How many conversations this process holds at most, of those under {@code Privacy.NONE} and, in a memory of one
     * process, of the others too; 10,000 of each by default. Of more, the least used are given up and counted.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public HistoryBuilder maxConversations(long most) {
        if (most < 1) {
            throw new IllegalArgumentException("maxConversations must be at least 1, was " + most);
        }
        this.maxConversations = most;
        return this;
    }

    /** What counts the tokens of turns that do not say them; {@link TokenCounter#estimate()} by default. */
    public HistoryBuilder tokenCounter(TokenCounter counter) {
        this.counter = requireNonNull(counter, "counter");
        return this;
    }

    /** Where turns are read that are not held. Without one, what is not held any more is not there. */
    public HistoryBuilder loader(HistoryLoader loader) {
        this.loader = requireNonNull(loader, "loader");
        return this;
    }

    /**
     * The history.
     *
     * @throws IllegalStateException if the memory has one of this name, or is closed
     */
    public ConversationHistory build() {
        return histories.add(this);
    }

    HistorySpec spec() {
        return new HistorySpec(name, maxTurns, maxTurns * IDS_FOR_EACH_TURN, ttl, timeout, loader != null);
    }
}
