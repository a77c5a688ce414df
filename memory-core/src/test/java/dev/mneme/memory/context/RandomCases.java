package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.AgentKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Long runs of seeded chance against plain models. */
abstract class RandomCases extends AsyncCases {

    private static final List<String> WORDS = List.of(
            "payment",
            "failed",
            "retry",
            "order",
            "connection",
            "timeout",
            "refund",
            "client",
            "invoice",
            "delivery",
            "ERR_CONN_42",
            "order-17",
            "the",
            "оплата",
            "ошибка",
            "ошибки",
            "заказ",
            "клиент",
            "доставка",
            "возврат",
            "полёт",
            "полета",
            "счёт",
            "соединение",
            "не",
            "повтор",
            "planner",
            "gpt-4.1",
            "17",
            "склад");

    @Test
    void twoThousandRandomFiltersLetThroughWhatAPlainReadingOfThemDoes() {
        long seed = 20_260_301;
        var random = new Random(seed);
        var records = new ArrayList<Interaction>();
        for (int i = 0; i < 300; i++) {
            records.add(RandomFilter.interaction(random, "id-" + i, "common word " + i));
        }
        agent.addAll(records.subList(0, 200));
        records.subList(200, 300).forEach(agent::add);
        int some = 0;
        for (int i = 0; i < 2_000; i++) {
            if (i == 1_000) {
                restart();
            }
            RandomFilter filter = RandomFilter.tree(random, 5);
            List<String> expected =
                    records.stream().filter(filter.naive()).map(Interaction::id).toList();
            assertThat(agent.count(filter.filter()))
                    .as("seed %d, filter %d: %s", seed, i, filter.filter())
                    .isEqualTo(expected.size());
            assertThat(agent.search(byWords("common").limit(10_000).where(filter.filter()))
                            .ids())
                    .as("seed %d, filter %d: %s", seed, i, filter.filter())
                    .containsExactlyInAnyOrderElementsOf(expected);
            some += expected.isEmpty() || expected.size() == 300 ? 0 : 1;
        }
        assertThat(some).as("filters that tell records apart").isGreaterThan(1_000);
    }

    @Test
    void tenThousandRandomOperationsOfFiftyOwnersAgreeWithAPlainMap() {
        long seed = 42;
        var random = new Random(seed);
        List<AgentKey> keys = adversarialKeys();
        assertThat(keys).hasSize(50);
        Map<AgentKey, Map<String, String>> model = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            int owner = random.nextInt(keys.size());
            AgentKey key = keys.get(owner);
            AgentContext context = store.agent(key);
            Map<String, String> expected = model.computeIfAbsent(key, none -> new HashMap<>());
            // half of the ids are every owner's, half name theirs
            String id = random.nextBoolean() ? "id-" + random.nextInt(8) : "owner" + owner + "-" + random.nextInt(8);
            String where = "seed " + seed + ", operation " + i + " of " + key;
            int choice = random.nextInt(1_000);
            if (choice < 250) {
                String text = "common owner" + owner + " operation" + i;
                assertThat(context.add(Interaction.of(id, text)))
                        .as(where)
                        .isEqualTo(expected.containsKey(id) ? Added.REPLACED : Added.NEW);
                expected.put(id, text);
            } else if (choice < 330) {
                assertThat(context.delete(id)).as(where).isEqualTo(expected.remove(id) != null);
            } else if (choice < 335) {
                assertThat(context.clear()).as(where).isEqualTo(expected.size());
                expected.clear();
            } else if (choice < 337) {
                long erased = model.entrySet().stream()
                        .filter(entry -> entry.getKey().tenant().equals(key.tenant()))
                        .mapToLong(entry -> entry.getValue().size())
                        .sum();
                assertThat(store.erase(key.tenant()).records()).as(where).isEqualTo(erased);
                model.keySet().removeIf(other -> other.tenant().equals(key.tenant()));
            } else if (choice < 338) {
                restart();
            } else if (choice < 500) {
                assertThat(context.count()).as(where).isEqualTo(expected.size());
            } else if (choice < 700) {
                assertThat(context.find(id).map(Interaction::text))
                        .as(where)
                        .isEqualTo(Optional.ofNullable(expected.get(id)));
            } else {
                String question = random.nextBoolean() ? "common" : "owner" + random.nextInt(keys.size()) + " common";
                assertThat(texts(context, question)).as(where).isEqualTo(expected);
            }
        }
        restart();
        for (AgentKey key : keys) {
            assertThat(texts(store.agent(key), "common"))
                    .as("seed %d, at the end, %s", seed, key)
                    .isEqualTo(model.getOrDefault(key, Map.of()));
        }
    }

    private static Map<String, String> texts(AgentContext context, String question) {
        var texts = new HashMap<String, String>();
        context.search(ContextQuery.text(question).limit(1_000)).forEach(hit -> texts.put(hit.id(), hit.text()));
        return texts;
    }

    @Test
    void hitsAndScoresAreThoseOfTheStoreInMemory() {
        long seed = 1_000_003;
        var random = new Random(seed);
        use(HashingEmbedder.ofDimensions(64));
        try (ContextStore oracle = InMemoryContextStore.builder(HashingEmbedder.ofDimensions(64))
                .clock(clock)
                .profile(profile())
                .build()) {
            AgentContext expected = oracle.agent(KEY);
            for (int i = 0; i < 500; i += 10) {
                var batch = new ArrayList<Interaction>();
                for (int j = i; j < i + 10; j++) {
                    batch.add(RandomFilter.interaction(random, "id-" + j, sentence(random, 12))
                            .time(START.minus(Duration.ofMinutes(random.nextInt(10_000)))));
                }
                assertThat(agent.addAll(batch)).isEqualTo(expected.addAll(batch));
                String gone = "id-" + random.nextInt(i + 10);
                assertThat(agent.delete(gone)).isEqualTo(expected.delete(gone));
            }
            for (int i = 0; i < 200; i++) {
                if (i == 100) {
                    settle(store);
                    restart();
                }
                ContextQuery query = query(random);
                assertSameHits(agent.search(query), expected.search(query), "seed " + seed + ", query " + i);
            }
        }
    }

    private static String sentence(Random random, int most) {
        var sentence = new StringBuilder(WORDS.get(random.nextInt(WORDS.size())));
        for (int i = random.nextInt(most); i > 0; i--) {
            // small numbers come more often, so that document frequencies differ
            int word = random.nextInt(1 + random.nextInt(WORDS.size()));
            sentence.append(' ').append(WORDS.get(word));
        }
        return sentence.toString();
    }

    private static ContextQuery query(Random random) {
        ContextQuery query = random.nextInt(8) == 0
                ? ContextQuery.vector(HashingEmbedder.ofDimensions(64).embed("x" + sentence(random, 4)))
                : ContextQuery.text(sentence(random, 4));
        boolean weighed = query.text().isPresent() && random.nextInt(3) != 0;
        query = weighed ? query.weights(1, random.nextInt(3) / 2.0) : query;
        query = random.nextInt(3) == 0
                ? query.where(RandomFilter.tree(random, 3).filter())
                : query;
        query = random.nextInt(3) == 0 ? query.halfLife(Duration.ofDays(1)) : query;
        query = random.nextInt(3) == 0 ? query.importanceBoost(0.8) : query;
        query = random.nextInt(3) == 0 ? query.minSimilarity(0.1) : query;
        query = random.nextInt(3) == 0 ? query.minScore(0.3) : query;
        return query.limit(List.of(1, 10, 400).get(random.nextInt(3))).explain();
    }

    static void assertSameHits(Hits hits, Hits expected, String where) {
        assertThat(hits.ids()).as(where).isEqualTo(expected.ids());
        for (int i = 0; i < hits.size(); i++) {
            Hit hit = hits.list().get(i);
            Hit other = expected.list().get(i);
            assertThat(hit.interaction()).as(where).isEqualTo(other.interaction());
            assertThat(hit.score()).as(where).isCloseTo(other.score(), within(1e-9));
            assertSamePlace(
                    hit.explanation().orElseThrow().text(),
                    other.explanation().orElseThrow().text(),
                    where);
            assertSamePlace(
                    hit.explanation().orElseThrow().dense(),
                    other.explanation().orElseThrow().dense(),
                    where);
        }
    }

    private static void assertSamePlace(
            Optional<Explanation.Place> place, Optional<Explanation.Place> expected, String where) {
        assertThat(place.map(Explanation.Place::rank)).as(where).isEqualTo(expected.map(Explanation.Place::rank));
        if (place.isPresent()) {
            assertThat(place.get().score())
                    .as(where)
                    .isCloseTo(expected.orElseThrow().score(), within(1e-9));
        }
    }
}
