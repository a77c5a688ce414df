package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.LocalMemory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A commit at each point of a drop where a table is asked, and a drop at each such point of a commit: the interleavings
 * that threads rarely come to.
 */
class CommitAndDropTest {

    private static final int MOST_POINTS = 12;

    /** Runs something when it is hashed for the so-manieth time. */
    private static final class Key {
        private int countdown;
        private @Nullable Runnable then;

        Key(int countdown, @Nullable Runnable then) {
            this.countdown = countdown;
            this.then = then;
        }

        static Key plain() {
            return new Key(0, null);
        }

        @Override
        public int hashCode() {
            Runnable now = --countdown == 0 ? then : null;
            if (now != null) {
                then = null;
                now.run();
            }
            return 1;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key;
        }

        boolean hasRun() {
            return then == null;
        }
    }

    @Test
    void aCommitWithinADropCannotBeServed() {
        int within = 0;
        for (int point = 1; point <= MOST_POINTS; point++) {
            var parts = new Parts();
            Flight<Key, String> flight = parts.board(Key.plain());
            var key = new Key(point, () -> parts.commit(flight));
            parts.flights.drop(key);
            if (key.hasRun()) {
                within++;
                assertThat(parts.near.find(Key.plain(), 0, 0))
                        .as("at point " + point)
                        .isNull();
            }
        }
        assertThat(within).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aDropWithinACommitIsNotUndoneByIt() {
        int within = 0;
        for (int point = 1; point <= MOST_POINTS; point++) {
            var parts = new Parts();
            var key = new Key(0, () -> parts.flights.drop(Key.plain()));
            Flight<Key, String> flight = parts.board(key);
            key.countdown = point;
            parts.commit(flight);
            if (key.hasRun()) {
                within++;
                assertThat(parts.near.find(Key.plain(), 0, 0))
                        .as("at point " + point)
                        .isNull();
            }
        }
        assertThat(within).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aFlightThatWasReplacedCannotBeServedAfterADrop() {
        var parts = new Parts();
        Flight<Key, String> first = parts.board(Key.plain());
        Flight<Key, String> second = parts.board(Key.plain());
        parts.flights.drop(Key.plain());
        parts.commit(first);
        parts.commit(second);
        assertThat(parts.near.find(Key.plain(), 0, 0)).isNull();
    }

    private static final class Parts {
        final CacheSettings<Key, String> settings = settings();
        final NearLevel<Key, String> near = new NearLevel<>(settings, () -> 0, null);
        final Flights<Key, String> flights = new Flights<>(settings, near, () -> 0, 0);

        private static CacheSettings<Key, String> settings() {
            try (var memory = LocalMemory.create()) {
                return new CacheSettings<>(
                        memory.cache("c", Key.class, String.class).shared(), (key, context) -> "v", false);
            }
        }

        Flight<Key, String> board(Key key) {
            return flights.board(key, null, true, 0).flight();
        }

        void commit(Flight<Key, String> flight) {
            near.keep(flight, new Loaded<>("old", Level.SOURCE, 0, 1_000, false), 0, 1_000);
            flights.end(flight);
        }
    }
}
