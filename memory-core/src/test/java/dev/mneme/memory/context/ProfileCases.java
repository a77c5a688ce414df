package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.RetrievalProfile.Part;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a profile makes of the records around a match, and what it must leave alone. The cases ask under a profile of their
 * own, whatever the store's is.
 */
abstract class ProfileCases extends RandomCases {

    private static final RetrievalProfile CONVERSATION = RetrievalProfile.CONVERSATION;
    private static final RetrievalProfile DOCUMENTS = RetrievalProfile.DOCUMENTS;

    /** Neighbours alone, so that their share in a score can be told. */
    private static final RetrievalProfile NEIGHBOURS = DOCUMENTS.with(Part.NEIGHBOURS, 1);

    private Interaction turn(int position, String text) {
        return Interaction.of("t" + position, text).session("talk").position(position);
    }

    private void talk(String... texts) {
        for (int i = 0; i < texts.length; i++) {
            agent.add(turn(i, texts[i]));
        }
    }

    private List<String> ids(RetrievalProfile profile, String question) {
        return agent.search(byWords(question).profile(profile).limit(100)).ids();
    }

    private Map<String, Double> textScores(RetrievalProfile profile, String question) {
        return textScores(agent, byWords(question).profile(profile));
    }

    @Test
    void theStoresProfileIsTheOneOfQueriesWithoutOne() {
        talk("Where did you go?", "To the kangaroos", "Lovely");
        ContextQuery query = byWords("kangaroos");

        assertThat(agent.search(query).ids())
                .isEqualTo(agent.search(query.profile(profile())).ids());
        assertThat(agent.search(query.profile(DOCUMENTS)).ids()).containsExactly("t1");
        assertThat(agent.search(query.profile(CONVERSATION)).ids()).containsExactlyInAnyOrder("t0", "t1", "t2");
    }

    @Test
    void turnsAroundAMatchAreFoundTheNearestFirstAndTheNextBeforeTheLast() {
        talk("alpha", "bravo", "kangaroo", "delta", "echo");
        restart();

        assertThat(ids(NEIGHBOURS, "kangaroo")).containsExactly("t2", "t3", "t1", "t4", "t0");
    }

    @Test
    void wordsOfTheQuestionThatStandInSeveralTurnsCountTogether() {
        talk("we bought a violin", "it was old", "and much too dear", "the weather is fine");
        agent.add(Interaction.of("other", "it was old").session("elsewhere").position(0));

        assertThat(ids(CONVERSATION, "old violin")).startsWith("t1", "t0");
    }

    @Test
    void aWordThatItsNeighboursRepeatCountsLittleMore() {
        talk("kangaroo", "kangaroo", "kangaroo");
        agent.add(turn(0, "kangaroo").session("short").position(0));
        talk("kangaroo", "kangaroo", "kangaroo");
        Map<String, Double> plain = textScores(DOCUMENTS, "kangaroo");
        Map<String, Double> spread = textScores(NEIGHBOURS, "kangaroo");

        assertThat(spread.get("t1")).isGreaterThan(plain.get("t1")).isLessThan(2 * plain.get("t1"));
    }

    @Test
    void theOrderWithinASessionIsThatOfThePositionsWhateverTheTimesAndTheOrderOfAdding() {
        List<Integer> positions = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8));
        Collections.shuffle(positions, new Random(5));
        for (int position : positions) {
            agent.add(turn(position, position == 4 ? "kangaroo" : "word").time(START.minusSeconds(position)));
        }
        restart();

        assertThat(ids(NEIGHBOURS, "kangaroo")).startsWith("t4", "t5", "t3", "t6", "t2", "t7", "t1");
    }

    @Test
    void turnsWithoutPositionsStandInTheOrderOfTheirTimes() {
        for (int i : new int[] {3, 0, 4, 1, 2}) {
            agent.add(Interaction.of("t" + i, i == 2 ? "kangaroo" : "word")
                    .session("talk")
                    .time(START.plusSeconds(i)));
        }

        assertThat(ids(NEIGHBOURS, "kangaroo")).containsExactly("t2", "t3", "t1", "t4", "t0");
    }

    @Test
    void otherSessionsAndRecordsWithoutOneAreNoNeighbours() {
        agent.add(turn(0, "kangaroo"));
        agent.add(Interaction.of("other", "word").session("other").position(1));
        agent.add(Interaction.of("none", "word").position(1));

        assertThat(ids(CONVERSATION, "kangaroo")).containsExactly("t0");
    }

    @Test
    void anotherAgentsTurnsOfASessionOfTheSameNameAreNoNeighbours() {
        agent.add(turn(0, "kangaroo"));
        AgentContext other = store.agent(AgentKey.of("user-42", "other"));
        other.add(turn(1, "word"));
        Map<String, Double> before = textScores(CONVERSATION, "kangaroo");
        other.add(turn(2, "kangaroo"));

        assertThat(ids(CONVERSATION, "kangaroo")).containsExactly("t0");
        assertThat(textScores(CONVERSATION, "kangaroo")).isEqualTo(before);
        assertThat(other.search(byWords("kangaroo").profile(CONVERSATION)).ids())
                .containsExactly("t2", "t1");
    }

    @Test
    void aNeighbourThatTheFilterRefusesIsNoHitAndAddsToNoScore() {
        agent.add(turn(0, "a payment failed").type("refused"));
        agent.add(turn(1, "a kangaroo came by").type("kept"));
        agent.add(turn(2, "the payment failed").type("refused"));
        agent.add(turn(3, "who saw the kangaroo").type("kept"));
        restart();
        ContextQuery kept = byWords("payment kangaroo").where(type().is("kept"));

        assertThat(agent.search(byWords("payment").profile(CONVERSATION).where(type().is("kept"))))
                .isEmpty();
        assertThat(agent.search(kept.profile(CONVERSATION)).ids()).containsExactlyInAnyOrder("t1", "t3");
        // as if the others were not there: the two that are left are neighbours
        Map<String, Double> scores = textScores(agent, kept.profile(NEIGHBOURS));
        double idf = Math.log(1 + 2.5 / 2.5);
        assertThat(scores.get("t1")).isCloseTo(saturated(idf, 1 / length(2), 0.4 / length(2)), within(1e-12));
        assertThat(scores.get("t3")).isCloseTo(saturated(idf, 1 / length(2), 0.6 / length(2)), within(1e-12));
    }

    /** How long a turn of so many terms is beside the average of two, as far as a turn's length counts. */
    private static double length(int terms) {
        return 0.6 + 0.4 * terms / 2;
    }

    private static double saturated(double idf, double own, double around) {
        return idf * (own + around) / (own + around + 1.2);
    }

    @Test
    void anExpiredNeighbourIsNoHitAndAddsToNoScore() {
        agent.add(turn(0, "a kangaroo"));
        Map<String, Double> alone = textScores(CONVERSATION, "kangaroo payment");
        agent.add(turn(1, "the payment of the kangaroo").ttl(Duration.ofHours(1)));
        assertThat(textScores(CONVERSATION, "kangaroo payment").get("t0")).isNotEqualTo(alone.get("t0"));

        clock.advance(Duration.ofHours(1));

        assertThat(ids(CONVERSATION, "payment")).isEmpty();
        assertThat(textScores(CONVERSATION, "kangaroo payment")).isEqualTo(alone);
    }

    @Test
    void whatWasDeletedOrReplacedLeavesNoTraceInTheScoresOfItsNeighbours() {
        agent.add(turn(0, "the kangaroo of Ann").speaker("Ann"));
        agent.add(turn(2, "we saw the kangaroo too").speaker("Bob"));
        ContextQuery query =
                ContextQuery.text("Did Carol pay for the kangaroo?").profile(CONVERSATION);
        Hits before = agent.search(query.explain());
        agent.add(turn(1, "Carol pays for the kangaroo?").speaker("Carol"));
        agent.add(turn(3, "Carol is a kangaroo").speaker("Dan"));
        assertThat(scores(agent.search(query)).get("t0"))
                .isNotEqualTo(scores(before).get("t0"));
        agent.add(turn(3, "moved away").session("elsewhere"));
        agent.delete("t1");
        agent.delete("t3");

        assertThat(agent.search(query.explain())).isEqualTo(before);
        restart();
        assertThat(agent.search(query.explain())).isEqualTo(before);
    }

    @Test
    void neighboursAreTheSameAtOnceAfterSettlingAndAfterARestart() {
        var random = new Random(11);
        for (int i = 0; i < 200; i++) {
            agent.add(Interaction.of(
                            "id-" + i, "payment " + "kangaroo ".repeat(random.nextInt(2)) + "again?".repeat(i % 2))
                    .session("s" + random.nextInt(9))
                    .speaker(random.nextBoolean() ? "Ann" : "Боб")
                    .time(START.minus(Duration.ofDays(random.nextInt(90)))));
        }
        ContextQuery query = ContextQuery.text("What did Ann say of the kangaroo in February?")
                .profile(CONVERSATION)
                .limit(100)
                .explain();
        Hits atOnce = agent.search(query);

        assertThat(atOnce).hasSize(100);
        settle(store);
        assertThat(agent.search(query)).isEqualTo(atOnce);
        restart();
        assertThat(agent.search(query)).isEqualTo(atOnce);
    }

    @Test
    void theTurnsOfTheOneWhoIsNamedComeFirst() {
        agent.add(Interaction.of("a", "I like the violin").session("1").speaker("Анна"));
        agent.add(Interaction.of("b", "I like the violin")
                .session("2")
                .speaker("Bob")
                .time(START.plusSeconds(9)));
        restart();

        assertThat(ids(CONVERSATION, "violin")).containsExactly("b", "a");
        assertThat(ids(CONVERSATION, "Что Анна говорила о violin?")).containsExactly("a", "b");
        assertThat(ids(CONVERSATION, "Анне violin")).containsExactly("a", "b");
        assertThat(ids(CONVERSATION, "does Anna like a violin")).containsExactly("a", "b");
        assertThat(ids(CONVERSATION, "did Bob or Анна like the violin")).containsExactly("b", "a");
        Map<String, Double> once = textScores(DOCUMENTS.with(Part.SPEAKER, 1), "Anna's violin");
        Map<String, Double> twice = textScores(DOCUMENTS.with(Part.SPEAKER, 3), "Anna's violin");
        assertThat(twice.get("a")).isCloseTo(2 * once.get("a"), within(1e-12));
        assertThat(twice.get("b")).isEqualTo(once.get("b"));
    }

    @Test
    void whenNothingElseIsAskedTheNamedSpeakersTurnsAreFound() {
        talk("good morning");
        agent.add(Interaction.of("a", "I will be late").session("1").speaker("Caroline"));
        agent.add(Interaction.of("b", "I will be early").session("2").speaker("Melanie"));

        assertThat(ids(CONVERSATION, "Caroline")).containsExactly("a");
    }

    @ParameterizedTest
    @CsvSource({
        "the kangaroo in January, january",
        "the kangaroo on 10 Feb 2026, february",
        "кенгуру kangaroo в январе, january",
        "kangaroo вчера, yesterday",
        "the kangaroo last week, week",
        "kangaroo неделю назад, week",
    })
    void turnsFromAboutTheTimeThatIsNamedComeFirst(String question, String expected) {
        for (var time : Map.of(
                        "january", "2026-01-20T10:00:00Z",
                        "february", "2026-02-10T10:00:00Z",
                        "week", "2026-02-21T10:00:00Z",
                        "yesterday", "2026-02-28T10:00:00Z",
                        "today", "2026-03-01T10:00:00Z")
                .entrySet()) {
            agent.add(Interaction.of(time.getKey(), "the kangaroo")
                    .session(time.getKey())
                    .time(Instant.parse(time.getValue())));
        }
        restart();

        assertThat(ids(CONVERSATION, question)).startsWith(expected);
        assertThat(ids(CONVERSATION.without(Part.DATES), question)).startsWith("today");
    }

    @Test
    void aTurnThatOnlyAsksComesAfterOneThatTells() {
        agent.add(Interaction.of("tells", "The violin is where it was.").session("1"));
        agent.add(Interaction.of("asks", "The violin is where it was?")
                .session("2")
                .time(START.plusSeconds(1)));

        assertThat(ids(CONVERSATION, "violin")).containsExactly("tells", "asks");
        assertThat(ids(CONVERSATION.without(Part.QUESTIONS), "violin")).containsExactly("asks", "tells");
    }

    @ParameterizedTest
    @CsvSource({
        "SYNONYMS, we sold the car, automobile",
        "SYNONYMS, мы продали машину, the car",
        "SYNONYMS, I forgot the ticket, где билет",
        "KINDS, a hamster and two dogs, which pets",
        "KINDS, мы купили кошку, what animals",
        "SPELLINGS, Duarte called, Дуарте",
        "SPELLINGS, звонила Ирина, what of Irina",
    })
    void aWordIsFoundByWhatStandsForIt(Part part, String text, String question) {
        agent.add(Interaction.of("a", text).session("1"));
        agent.add(Interaction.of("b", "something else entirely").session("2"));
        restart();

        assertThat(ids(CONVERSATION, question)).containsExactly("a");
        assertThat(ids(CONVERSATION.without(part), question)).isEmpty();
    }

    @Test
    void theWordItselfComesBeforeWhatStandsForIt() {
        agent.add(Interaction.of("kind", "two hamsters and we").session("1").time(START.plusSeconds(2)));
        agent.add(Interaction.of("same", "two animals and we").session("2").time(START.plusSeconds(1)));
        agent.add(Interaction.of("itself", "two pets and we").session("3"));

        assertThat(ids(CONVERSATION, "pets")).containsExactly("itself", "same", "kind");
    }

    @Test
    void recordsWithoutASessionAreScoredAlikeUnderEveryProfile() {
        talk("Ann, where is the car?", "in Duarte's garage since March");
        for (int i = 0; i < 20; i++) {
            agent.add(Interaction.of("doc" + i, "the garage " + "car ".repeat(i % 3) + "march ".repeat(i % 4))
                    .speaker(i % 2 == 0 ? "Ann" : "Bob")
                    .time(START.minus(Duration.ofDays(i))));
        }
        restart();
        String question = "Did Ann leave the car in the garage in March?";
        Map<String, Double> plain = textScores(DOCUMENTS, question);
        Map<String, Double> turned = textScores(CONVERSATION, question);
        plain.keySet().removeIf(id -> id.startsWith("t"));
        turned.keySet().removeIf(id -> id.startsWith("t"));

        assertThat(plain).hasSize(20);
        assertThat(turned).isEqualTo(plain);
        agent.delete("t0");
        agent.delete("t1");
        ContextQuery query = ContextQuery.text(question).limit(100).explain();
        assertThat(agent.search(query.profile(CONVERSATION))).isEqualTo(agent.search(query.profile(DOCUMENTS)));
    }

    @Test
    void aProfileWithoutPartsIsThePlainSearch() {
        talk("Where is the car?", "in the garage", "the car is red");
        RetrievalProfile bare = CONVERSATION;
        for (Part part : Part.values()) {
            bare = bare.without(part);
        }
        ContextQuery query = ContextQuery.text("the car of the garage").explain();

        assertThat(agent.search(query.profile(bare))).isEqualTo(agent.search(query.profile(DOCUMENTS)));
    }

    @Test
    void turnsAroundANearVectorAreFoundUnlessALeastSimilarityIsAsked() {
        use(COMPASS);
        talk("north", "word", "south");
        agent.add(Interaction.of("alone", "word").session("alone").position(1));
        ContextQuery query = ContextQuery.text("north").weights(0, 1).profile(CONVERSATION);

        assertThat(agent.search(query).ids()).containsExactly("t0", "t1", "t2");
        assertThat(agent.search(query.minSimilarity(-0.5)).ids()).containsExactly("t0");
        assertThat(agent.search(query.profile(DOCUMENTS)).ids()).containsExactly("t0", "t2");
    }

    @Test
    void theNearestVectorComesFirstAmongTurnsOfTheirOwn() {
        use(COMPASS);
        for (String direction : List.of("south", "east", "northeast", "north")) {
            agent.add(Interaction.of(direction, direction).session(direction));
        }
        ContextQuery query = ContextQuery.vector(new float[] {0, 1});

        assertThat(agent.search(query.profile(CONVERSATION)).ids())
                .containsExactly("north", "northeast", "east", "south")
                .isEqualTo(agent.search(query.profile(DOCUMENTS)).ids());
    }

    @Test
    void hitsThatAreAlikeGiveWayToOnesThatDiffer() {
        use(COMPASS);
        agent.add(Interaction.of("1", "payment payment payment north"));
        agent.add(Interaction.of("2", "payment payment north"));
        agent.add(Interaction.of("3", "payment and a word or two, east"));
        restart();
        ContextQuery query = byWords("payment");

        assertThat(agent.search(query).ids()).containsExactly("1", "2", "3");
        assertThat(agent.search(query.diversity(0.5)).ids()).containsExactly("1", "3", "2");
        assertThat(agent.search(query.diversity(0.5).limit(2)).ids()).containsExactly("1", "3");
        assertThat(scores(agent.search(query.diversity(0.5)))).isEqualTo(scores(agent.search(query)));
    }

    @Test
    void nearDuplicatesAreFoldedIntoTheBestOfThem() {
        use(COMPASS);
        agent.add(Interaction.of("1", "payment payment payment north"));
        agent.add(Interaction.of("2", "payment payment north"));
        agent.add(Interaction.of("3", "payment northeast"));
        agent.add(Interaction.of("4", "payment and no direction at all"));
        agent.add(Interaction.of("5", "payment and no direction at all, again"));
        restart();
        ContextQuery query = byWords("payment");

        assertThat(agent.search(query.foldDuplicates(1)).ids()).containsExactlyInAnyOrder("1", "3", "4", "5");
        assertThat(agent.search(query.foldDuplicates(0.7)).ids()).containsExactlyInAnyOrder("1", "4", "5");
        assertThat(agent.search(query.foldDuplicates(1).limit(2))).hasSize(2);
    }

    @Test
    void searchesUnderEveryProfileAreThoseOfTheStoreInMemory() {
        long seed = 20_260_301;
        var random = new Random(seed);
        use(HashingEmbedder.ofDimensions(64));
        List<String> words = List.of(
                "the car",
                "машина",
                "Ann",
                "Анна",
                "в марте",
                "payment",
                "оплата",
                "dog",
                "pets",
                "last week",
                "2026",
                "bob");
        try (ContextStore oracle = InMemoryContextStore.builder(HashingEmbedder.ofDimensions(64))
                .clock(clock)
                .build()) {
            AgentContext expected = oracle.agent(KEY);
            for (int i = 0; i < 400; i++) {
                Interaction turn = RandomFilter.interaction(random, "id-" + random.nextInt(200), pick(random, words, 6))
                        .time(START.minus(Duration.ofHours(random.nextInt(2_000))));
                assertThat(agent.add(turn)).isEqualTo(expected.add(turn));
                if (i % 7 == 0) {
                    String gone = "id-" + random.nextInt(200);
                    assertThat(agent.delete(gone)).isEqualTo(expected.delete(gone));
                }
            }
            for (int i = 0; i < 150; i++) {
                if (i == 75) {
                    settle(store);
                    restart();
                }
                RetrievalProfile profile = i % 3 == 0
                        ? CONVERSATION.without(Part.values()[random.nextInt(Part.values().length)])
                        : CONVERSATION;
                ContextQuery query = ContextQuery.text(pick(random, words, 3))
                        .profile(profile)
                        .weights(1, random.nextInt(3) / 2.0)
                        .limit(List.of(1, 10, 300).get(random.nextInt(3)))
                        .explain();
                if (random.nextInt(3) == 0) {
                    query = query.where(RandomFilter.tree(random, 2).filter());
                }
                if (random.nextInt(3) == 0) {
                    query = query.diversity(0.3);
                }
                assertSameHits(agent.search(query), expected.search(query), "seed " + seed + ", query " + i);
            }
        }
    }

    private static String pick(Random random, List<String> words, int most) {
        var text = new StringBuilder(words.get(random.nextInt(words.size())));
        for (int i = random.nextInt(most); i > 0; i--) {
            text.append(' ').append(words.get(random.nextInt(words.size())));
        }
        return text.append(random.nextInt(4) == 0 ? "?" : "").toString();
    }
}
