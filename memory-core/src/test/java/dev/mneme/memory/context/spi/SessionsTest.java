package dev.mneme.memory.context.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.Interaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private final Map<Integer, Interaction> facts = new HashMap<>();
    private final Sessions sessions = new Sessions(name -> Set.of(name.toLowerCase(Locale.ROOT)), this::facts);

    private Interaction facts(int row) {
        return Optional.ofNullable(facts.get(row)).orElseThrow();
    }

    private void add(int row, Interaction turn) {
        facts.put(row, turn.withoutContent());
        sessions.add(row, turn, Sessions.questionShare(turn.text()));
    }

    private void remove(int row) {
        sessions.remove(row);
        facts.remove(row);
    }

    private static Interaction turn(String session, int position) {
        return Interaction.of(session + position, "Is it so? It is indeed.")
                .session(session)
                .position(position);
    }

    private List<Integer> rowsBeside(int row) {
        var rows = new ArrayList<Integer>();
        Optional.ofNullable(sessions.of(row)).ifPresent(session -> {
            for (int at = 0; at < session.size(); at++) {
                rows.add(session.row(at));
            }
        });
        return rows;
    }

    @Test
    void turnsStandInTheOrderOfTheirPositionsAndThoseWithoutOneBehind() {
        add(0, turn("a", 5));
        add(1, Interaction.of("late", "x").session("a").time(Instant.EPOCH.plusSeconds(2)));
        add(2, turn("a", 1));
        add(3, turn("b", 1));
        add(4, turn("a", 3));
        add(5, Interaction.of("early", "x").session("a").time(Instant.EPOCH));
        add(6, Interaction.of("alone", "x"));

        assertThat(rowsBeside(0)).containsExactly(2, 4, 0, 5, 1);
        assertThat(rowsBeside(3)).containsExactly(3);
        assertThat(rowsBeside(6)).isEmpty();
        assertThat(sessions.questionShare(0)).isEqualTo(0.5f);
    }

    @Test
    void speakersAreKnownByTheirNamesAsLongAsTheyHaveTurns() {
        add(0, turn("a", 0).speaker("Ann"));
        add(1, turn("a", 1).speaker("Ann"));
        add(2, turn("a", 2).speaker("Bob"));
        add(3, Interaction.of("no turn", "x").speaker("Carol"));

        assertThat(sessions.isName("ann")).isTrue();
        assertThat(sessions.isName("carol")).isFalse();
        assertThat(sessions.named(List.of("who", "ann"))).containsExactly("Ann");
        assertThat(sessions.named(List.of("bob", "ann"))).as("all there are").isEmpty();
        remove(0);
        assertThat(sessions.isName("ann")).isTrue();
        remove(1);
        assertThat(sessions.isName("ann")).isFalse();
    }

    @Test
    void nothingIsLeftOfWhatWasRemoved() {
        long seed = 42;
        var random = new Random(seed);
        for (int row = 0; row < 300; row++) {
            add(row, turn("s" + random.nextInt(7), random.nextInt(50)).speaker("Speaker" + random.nextInt(20)));
        }
        var expected = new Sessions(name -> Set.of(name.toLowerCase(Locale.ROOT)), this::facts);
        for (int row = 0; row < 300; row++) {
            if (row % 3 == 0) {
                expected.add(row, facts(row), 0);
            } else {
                remove(row);
            }
        }

        assertThat(sessions.trace()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected.trace());
        for (int row = 0; row < 300; row += 3) {
            remove(row);
        }
        assertThat(sessions.trace()).isEmpty();
        assertThat(sessions.isEmpty()).isTrue();
    }

    @Test
    void movedRowsKeepTheirPlaces() {
        for (int row = 0; row < 40; row++) {
            add(row, turn("a", 40 - row));
        }
        remove(38);
        var newRows = new int[40];
        Map<Integer, Interaction> moved = new HashMap<>();
        for (int row = 0; row < 40; row++) {
            newRows[row] = row == 38 ? -1 : row < 38 ? row : row - 1;
            if (row != 38) {
                moved.put(newRows[row], facts(row));
            }
        }
        facts.clear();
        facts.putAll(moved);
        sessions.move(newRows);

        assertThat(rowsBeside(38)).hasSize(39).startsWith(38, 37, 36).endsWith(1, 0);
        assertThat(sessions.of(39)).isNull();
        remove(38);
        assertThat(rowsBeside(0)).hasSize(38).startsWith(37);
    }

    @Test
    void clearingForgetsAll() {
        add(0, turn("a", 0).speaker("Ann"));
        sessions.clear();

        assertThat(sessions.trace()).isEmpty();
        assertThat(sessions.isEmpty()).isTrue();
        assertThat(sessions.of(0)).isNull();
    }
}
