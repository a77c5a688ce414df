package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A memory is read out page by page, in one order and as it was given; and a store names whose memories it has. */
abstract class ScrollCases extends IsolationCases {

    private static List<String> ids(List<Interaction> interactions) {
        return interactions.stream().map(Interaction::id).toList();
    }

    private List<Interaction> inPagesOf(int limit) {
        var all = new ArrayList<Interaction>();
        List<Interaction> page = agent.scroll(limit);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(limit);
            all.addAll(page);
            page = agent.scroll(page.get(page.size() - 1), limit);
        }
        return all;
    }

    @Test
    void pagesJoinToTheWholeMemoryTheOldestFirst() {
        var interactions = new ArrayList<Interaction>();
        for (int i = 0; i < 100; i++) {
            // seven of each time, and ids that do not follow the times
            interactions.add(
                    Interaction.of("id-" + (i * 37) % 100, "payment " + i).time(START.plusSeconds(i / 7)));
        }
        var shuffled = new ArrayList<>(interactions);
        Collections.shuffle(shuffled, new Random(7));
        agent.addAll(shuffled.subList(0, 40));
        restart();
        agent.addAll(shuffled.subList(40, 100));
        var expected = new ArrayList<>(interactions);
        expected.sort((one, other) -> {
            int byTime = one.time().orElseThrow().compareTo(other.time().orElseThrow());
            return byTime != 0 ? byTime : one.id().compareTo(other.id());
        });

        for (int limit : List.of(1, 7, 33, 100, 1_000)) {
            assertThat(inPagesOf(limit)).as("pages of %s", limit).isEqualTo(expected);
        }
        restart();
        assertThat(inPagesOf(9)).isEqualTo(expected);
    }

    @Test
    void aPageHasWholeInteractionsWithTheVectorThatWasGiven() {
        var vector = new float[64];
        vector[3] = 2;
        Interaction given = Interaction.of("a", "Платёж прошёл")
                .type("tool_call")
                .session("s")
                .position(3)
                .speaker("Ann")
                .success(true)
                .time(START)
                .importance(0.25)
                .pinned()
                .meta("tool", "payments")
                .meta("cost", 0.1)
                .ttl(Duration.ofDays(2))
                .vector(vector);
        agent.add(given);
        agent.add(Interaction.of("b", "made by the embedder").time(START));
        restart();

        List<Interaction> page = agent.scroll(10);

        assertThat(ids(page)).containsExactly("a", "b");
        assertThat(page.get(0)).isEqualTo(given);
        assertThat(page.get(1).vector()).isEmpty();
    }

    @Test
    void aPageGoesOnBehindARecordThatIsGone() {
        IntStream.range(0, 6)
                .forEach(i -> agent.add(Interaction.of("id-" + i, "payment").time(START.plusSeconds(i))));
        List<Interaction> first = agent.scroll(3);
        agent.delete("id-2");
        agent.delete("id-3");
        agent.add(Interaction.of("early", "payment").time(START));
        agent.add(Interaction.of("late", "payment").time(START.plusSeconds(9)));

        assertThat(ids(agent.scroll(first.get(2), 10))).containsExactly("id-4", "id-5", "late");
    }

    @Test
    void aPageHasNothingWhoseTimeIsOver() {
        agent.add(Interaction.of("short", "payment").time(START).ttl(Duration.ofSeconds(5)));
        agent.add(Interaction.of("long", "payment").time(START));
        clock.advance(Duration.ofSeconds(5));

        assertThat(ids(agent.scroll(10))).containsExactly("long");
    }

    @Test
    void anotherAgentsRecordsAreOnNoPage() {
        agent.add(Interaction.of("mine", "payment").time(START));
        store.agent(AgentKey.of("user-42", "planner2"))
                .add(Interaction.of("other", "payment").time(START));

        assertThat(ids(agent.scroll(10))).containsExactly("mine");
    }

    @Test
    void limitsOutOfRangeAndACursorWithoutATimeAreRefused() {
        for (int limit : List.of(0, -1, AgentContext.MAX_BATCH + 1)) {
            assertThatThrownBy(() -> agent.scroll(limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("was " + limit);
            assertThatThrownBy(() -> store.agents(Optional.empty(), limit))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("was " + limit);
        }
        assertThatThrownBy(() -> agent.scroll(Interaction.of("id", "text"), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must have a time");
    }

    @Test
    void aStoreNamesTheAgentsThatHaveRecordsInTheOrderOfTheirKeys() {
        List<AgentKey> keys = adversarialKeys();
        for (int i = 0; i < keys.size(); i++) {
            store.agent(keys.get(i)).add(Interaction.of("id", "payment"));
            if (i == keys.size() / 2) {
                restart();
            }
        }
        store.agent(AgentKey.of("never", "asked")).count();
        store.agent(keys.get(3)).clear();
        store.agent(keys.get(4)).delete("id");
        var expected = new ArrayList<>(keys);
        expected.removeAll(List.of(keys.get(3), keys.get(4)));
        expected.sort((one, other) -> one.key().compareTo(other.key()));

        for (int limit : List.of(1, 7, 100)) {
            assertThat(agentsInPagesOf(limit)).as("pages of %s", limit).isEqualTo(expected);
        }
        restart();
        assertThat(agentsInPagesOf(9)).isEqualTo(expected);
        assertThat(store.agents(Optional.of(AgentKey.of("never", "there")), 100))
                .isEqualTo(expected.stream()
                        .filter(key -> key.key().compareTo("never:there") > 0)
                        .toList());
    }

    private List<AgentKey> agentsInPagesOf(int limit) {
        var all = new ArrayList<AgentKey>();
        List<AgentKey> page = store.agents(Optional.empty(), limit);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(limit);
            all.addAll(page);
            page = store.agents(Optional.of(page.get(page.size() - 1)), limit);
        }
        return all;
    }

    @Test
    void aStoreSaysWhatItsVectorsMayBeComparedWith() {
        assertThat(store.fingerprint())
                .isEqualTo(HashingEmbedder.ofDimensions(64).fingerprint());
    }
}
