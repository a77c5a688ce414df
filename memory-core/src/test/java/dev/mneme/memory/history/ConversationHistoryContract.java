package dev.mneme.memory.history;

import static dev.mneme.Privacy.NONE;
import static dev.mneme.Privacy.STORED;
import static dev.mneme.memory.history.TurnBudget.messages;
import static dev.mneme.memory.history.TurnBudget.tokens;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mneme.ErasureReceipt;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.Memory;
import dev.mneme.memory.history.RecentTurns.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link ConversationHistory} promises while its shared level is there. */
public abstract class ConversationHistoryContract extends HistoryFixture {

    @Test
    void turnsComeBackWholeInTheOrderInWhichTheyWereAppended() {
        ConversationHistory history = plain();
        Instant said = Instant.parse("2026-01-02T03:04:05.678901234Z");
        List<Turn> all = List.of(
                Turn.user("1", "Привет, \"мир\"\n{}:%").time(said).tokens(7),
                Turn.assistant("2", "").time(said).calling("call-1", "call-2"),
                Turn.toolResult("3 ü:{x}", "call-1", "x".repeat(Turn.MAX_TEXT_LENGTH))
                        .time(said),
                Turn.system("4", "\uD83D\uDE00").time(said).tokens(0));
        for (Turn turn : all) {
            assertThat(history.append(ANN, STORED, turn)).isEqualTo(Appended.STORED);
        }
        RecentTurns recent = history.recent(ANN, STORED);
        assertThat(recent).isEqualTo(all);
        assertThat(recent.degraded()).isFalse();
        assertThat(recent.source()).isEqualTo(Source.STORE);
    }

    @Test
    void aTurnWithoutATimeGetsOne() {
        ConversationHistory history = plain();
        append(history, ANN, "1");
        assertThat(history.recent(ANN, STORED).get(0).time()).isPresent();
    }

    @Test
    void aTurnIsAppendedOnceHoweverOftenItIsSent() {
        ConversationHistory history = plain();
        append(history, ANN, "1", "2");
        assertThat(history.append(ANN, STORED, turn("1"))).isEqualTo(Appended.REPEATED);
        assertThat(ids(history.recent(ANN, STORED))).containsExactly("1", "2");
        assertThat(history.stats().repeated()).isEqualTo(1);
    }

    @Test
    void theOldestAreDroppedAndNotTakenAgain() {
        ConversationHistory history = patient(memory).maxTurns(3).build();
        append(history, ANN, "1", "2", "3", "4", "5");
        assertThat(ids(history.recent(ANN, STORED))).containsExactly("3", "4", "5");
        assertThat(history.append(ANN, STORED, turn("1"))).isEqualTo(Appended.REPEATED);
        assertThat(ids(history.recent(ANN, STORED))).containsExactly("3", "4", "5");
    }

    @Test
    void asManyIdsAreRememberedAsIsSaid() {
        ConversationHistory history = patient(memory).maxTurns(2).build();
        for (int i = 1; i <= 20; i++) {
            append(history, ANN, "m" + i);
        }
        assertThat(history.append(ANN, STORED, turn("m1"))).isEqualTo(Appended.REPEATED);
        append(history, ANN, "m21");
        assertThat(history.append(ANN, STORED, turn("m1")))
                .as("ten times two ids")
                .isEqualTo(Appended.STORED);
    }

    @Test
    void theNewestAreGivenWithinABudgetOfMessagesAndTokens() {
        ConversationHistory history = plain();
        for (int i = 1; i <= 6; i++) {
            history.append(ANN, STORED, turn("m" + i).tokens(10 * i));
        }
        assertThat(ids(history.recent(ANN, STORED, messages(2)))).containsExactly("m5", "m6");
        assertThat(ids(history.recent(ANN, STORED, tokens(110)))).containsExactly("m5", "m6");
        assertThat(ids(history.recent(ANN, STORED, tokens(109)))).containsExactly("m6");
        assertThat(ids(history.recent(ANN, STORED, tokens(59)))).isEmpty();
        assertThat(ids(history.recent(ANN, STORED, messages(1).and(tokens(1_000)))))
                .containsExactly("m6");
        assertThat(history.recent(ANN, STORED, messages(100))).hasSize(6);
    }

    @Test
    void conversationsAreApart() {
        ConversationHistory history = plain();
        List<SessionKey> keys = List.of(
                ANN,
                ANN_OTHER,
                BOB,
                SessionKey.of("1", "2:a"),
                SessionKey.of("1:2", "a"),
                SessionKey.of("{1}", "2"),
                SessionKey.of("1", "{2}"));
        keys.forEach(key -> append(history, key, "same", "of " + key));
        keys.forEach(key -> assertThat(ids(history.recent(key, STORED))).containsExactly("same", "of " + key));
    }

    @Test
    void historiesOfOneMemoryAreApart() {
        ConversationHistory one = plain();
        ConversationHistory other = memory.history("other").build();
        append(one, ANN, "1");
        assertThat(other.recent(ANN, STORED)).isEmpty();
        assertThatIllegalStateException().isThrownBy(this::plain).withMessageContaining("recent");
        assertThatIllegalArgumentException().isThrownBy(() -> memory.history("a:b"));
    }

    @Test
    void whatIsNotHeldIsLoadedOnceAndStandsBeforeWhatWasAppended() {
        database.put(ANN, turns(1, 4));
        ConversationHistory history = loading();
        append(history, ANN, "m4", "m5");

        RecentTurns loaded = history.recent(ANN, STORED);
        assertThat(ids(loaded)).containsExactly("m1", "m2", "m3", "m4", "m5");
        assertThat(loaded.source()).isEqualTo(Source.LOADER);
        append(history, ANN, "m6");
        RecentTurns held = history.recent(ANN, STORED, messages(3));
        assertThat(ids(held)).containsExactly("m4", "m5", "m6");
        assertThat(held.source()).isEqualTo(Source.STORE);
        assertThat(loads).hasValue(1);
        assertThat(history.stats().hits()).isEqualTo(1);
        assertThat(history.append(ANN, STORED, turn("m2"))).as("it was loaded").isEqualTo(Appended.REPEATED);
    }

    @Test
    void thatThereIsNothingIsRememberedToo() {
        ConversationHistory history = loading();
        assertThat(history.recent(ANN, STORED)).isEmpty();
        assertThat(history.recent(ANN, STORED)).isEmpty();
        assertThat(loads).hasValue(1);
    }

    @Test
    void ofALongAnswerOfTheLoaderTheLastAreTaken() {
        database.put(ANN, turns(1, 30));
        assertThat(ids(loading().recent(ANN, STORED))).isEqualTo(ids(turns(21, 30)));
    }

    @Test
    void loadedTurnsTakeTheirPlacesAndThoseHeldKeepTheirOrder() {
        ConversationHistory history = patient(memory)
                .loader((key, most) -> database.getOrDefault(key, List.of()))
                .build();
        for (int round = 0; round < 150; round++) {
            long seed = 20_260_101L + round;
            var random = new Random(seed);
            SessionKey key = SessionKey.of("ann", "round-" + round);
            List<Turn> loaded = some(random);
            List<Turn> held = some(random);
            held.forEach(turn -> history.append(key, STORED, turn));
            database.put(key, loaded);

            List<String> merged = ids(history.recent(key, STORED));
            assertThat(merged).as("seed %d", seed).isEqualTo(ids(Turns.merge(loaded, held)));
            assertThat(merged.stream().filter(ids(held)::contains).toList())
                    .as("seed %d", seed)
                    .isEqualTo(ids(held));
            assertThat(merged).as("seed %d", seed).doesNotHaveDuplicates().containsAll(ids(loaded));
        }
    }

    private static List<Turn> some(Random random) {
        var turns = new ArrayList<>(turns(1, 8));
        Collections.shuffle(turns, random);
        return turns.subList(0, random.nextInt(9));
    }

    @Test
    void aLoaderThatFailsIsSaidAndAskedAgain() {
        var failing = new AtomicReference<>(new IllegalStateException("Zeisig"));
        ConversationHistory history = patient(memory)
                .loader((key, most) -> {
                    if (failing.get() != null) {
                        throw failing.get();
                    }
                    return turns(1, 1);
                })
                .build();
        append(history, ANN, "m2");
        RecentTurns degraded = history.recent(ANN, STORED);
        assertThat(ids(degraded)).containsExactly("m2");
        assertThat(degraded.degraded()).isTrue();
        assertThat(degraded.reason()).isEqualTo("the loader failed: IllegalStateException");
        failing.set(null);
        assertThat(ids(history.recent(ANN, STORED))).containsExactly("m1", "m2");
        assertThat(history.stats().failedLoads()).isEqualTo(1);
    }

    @Test
    void turnsCanBeWrittenBackByHand() {
        ConversationHistory history = plain();
        append(history, ANN, "m3");
        assertThat(history.writeBack(ANN, STORED, turns(1, 3))).isTrue();
        assertThat(ids(history.recent(ANN, STORED))).containsExactly("m1", "m2", "m3");
        assertThat(history.writeBack(ANN, NONE, turns(1, 3))).isFalse();
        assertThat(history.recent(ANN, STORED)).isEmpty();
    }

    @Test
    void aConversationIsGoneWhenItsTimeToLiveHasPassedSinceItsLastTurn() throws Exception {
        ConversationHistory history = patient(memory).ttl(ofSeconds(2)).build();
        append(history, ANN, "1");
        append(history, BOB, "1");
        pass(ofSeconds(1));
        append(history, ANN, "2");
        pass(ofSeconds(1));
        until(() -> history.recent(BOB, STORED).isEmpty());
        pass(ofSeconds(2));
        until(() -> history.recent(ANN, STORED).isEmpty());
    }

    // ---- clearing and erasing

    @Test
    void whatWasClearedIsGoneAndLoadedAgain() {
        database.put(ANN, turns(1, 2));
        ConversationHistory history = loading();
        append(history, ANN, "m2", "m3");
        history.recent(ANN, STORED);
        database.put(ANN, turns(7, 7));
        assertThat(history.clear(ANN)).isEqualTo(Cleared.DONE);
        assertThat(ids(history.recent(ANN, STORED))).containsExactly("m7");
        assertThat(history.append(ANN, STORED, turn("m3")))
                .as("its ids are forgotten too")
                .isEqualTo(Appended.STORED);
    }

    @Test
    void whatWasLoadedBeforeItWasClearedIsNotWrittenBackAfter() {
        var history = new AtomicReference<ConversationHistory>();
        history.set(patient(memory)
                .loader((key, most) -> {
                    if (loads.incrementAndGet() > 1) {
                        return List.of();
                    }
                    history.get().clear(key);
                    history.get().append(key, STORED, turn("after"));
                    return turns(1, 3);
                })
                .build());
        assertThat(ids(history.get().recent(ANN, STORED)))
                .as("this read began before")
                .containsExactly("m1", "m2", "m3", "after");
        assertThat(ids(history.get().recent(ANN, STORED))).containsExactly("after");
        assertThat(loads).hasValue(2);
    }

    @Test
    void anErasedTenantIsGoneAndAnotherIsNot() {
        ConversationHistory history = plain();
        append(history, ANN, "1", "2");
        append(history, ANN_OTHER, "3");
        append(history, BOB, "4");
        history.append(SessionKey.of("ann", "private"), NONE, turn("5"));

        assertThat(memory.erase(Tenant.of("ann"))).isEqualTo(new ErasureReceipt("memory", Tenant.of("ann"), 4));
        assertThat(history.recent(ANN, STORED)).isEmpty();
        assertThat(history.recent(ANN_OTHER, STORED)).isEmpty();
        assertThat(history.recent(SessionKey.of("ann", "private"), NONE)).isEmpty();
        assertThat(ids(history.recent(BOB, STORED))).containsExactly("4");
        assertThat(memory.erase(Tenant.of("ann")).records()).isZero();
    }

    @Test
    void whatWasLoadedBeforeAnErasureIsNotWrittenBackAfter() {
        ConversationHistory history = patient(memory)
                .loader((key, most) -> {
                    if (loads.incrementAndGet() > 1) {
                        return List.of();
                    }
                    memory.erase(key.tenant());
                    return turns(1, 3);
                })
                .build();
        history.recent(ANN, STORED);
        assertThat(history.recent(ANN, STORED)).isEmpty();
        assertThat(memory.erase(Tenant.of("ann")).records()).isZero();
    }

    // ---- privacy

    @Test
    void privateTurnsAreSeenOnThisNodeUnderNoneAndNowhereElse() throws Exception {
        ConversationHistory history = plain();
        assertThat(history.append(ANN, NONE, turn("1"))).isEqualTo(Appended.KEPT_HERE);
        assertThat(history.append(ANN, NONE, turn("1"))).isEqualTo(Appended.REPEATED);
        history.append(ANN, NONE, turn("2"));
        RecentTurns here = history.recent(ANN, NONE, messages(5));
        assertThat(ids(here)).containsExactly("1", "2");
        assertThat(here.source()).isEqualTo(Source.HERE);
        assertThat(history.recent(ANN, STORED)).isEmpty();
        ConversationHistory elsewhere = patient(another()).build();
        assertThat(elsewhere.recent(ANN, NONE)).isEmpty();
        assertThat(elsewhere.recent(ANN, STORED)).isEmpty();
    }

    @Test
    void switchingToNoneDeletesWhatWasShared() {
        ConversationHistory history = plain();
        append(history, ANN, "1", "2");
        append(history, BOB, "3");
        assertThat(history.recent(ANN, NONE)).isEmpty();
        assertThat(history.recent(ANN, STORED)).isEmpty();
        append(history, ANN, "4");
        history.append(ANN, NONE, turn("5"));
        assertThat(history.recent(ANN, STORED)).isEmpty();
        assertThat(ids(history.recent(BOB, STORED))).containsExactly("3");
    }

    @Test
    void whatIsLoadedUnderNoneIsPassedOnAndNotWrittenBack() {
        database.put(ANN, turns(1, 2));
        ConversationHistory history = loading();
        history.append(ANN, NONE, turn("m3"));
        assertThat(ids(history.recent(ANN, NONE))).containsExactly("m1", "m2", "m3");
        assertThat(ids(history.recent(ANN, NONE))).containsExactly("m1", "m2", "m3");
        assertThat(loads).hasValue(2);
        database.put(ANN, List.of());
        assertThat(history.recent(ANN, STORED)).isEmpty();
        assertThat(ids(history.recent(ANN, NONE))).containsExactly("m3");
    }

    @Test
    void privateTurnsAreBoundedInNumberAndTime() throws Exception {
        ConversationHistory history =
                patient(memory).maxTurns(2).maxConversations(1).build();
        for (String id : List.of("1", "2", "3")) {
            history.append(ANN, NONE, turn(id));
        }
        assertThat(ids(history.recent(ANN, NONE))).containsExactly("2", "3");
        history.append(BOB, NONE, turn("4"));
        until(() -> history.stats().conversationsHere() <= 1);
        assertThat(history.stats().evicted()).isEqualTo(1);

        ConversationHistory brief = memory.history("brief").ttl(ofSeconds(1)).build();
        brief.append(ANN, NONE, turn("5"));
        pass(ofSeconds(1));
        until(() -> brief.recent(ANN, NONE).isEmpty());
        until(() -> brief.stats().conversationsHere() == 0);
    }

    // ---- many

    @Test
    void eachNodeSeesWhatAnotherAppended() throws Exception {
        assumeTrue(nodesShare(), "a memory of one process has no other nodes");
        ConversationHistory a = plain();
        ConversationHistory b = patient(another()).build();
        append(a, ANN, "1");
        append(b, ANN, "2");
        append(a, ANN, "3");
        assertThat(b.append(ANN, STORED, turn("1"))).isEqualTo(Appended.REPEATED);
        assertThat(ids(a.recent(ANN, STORED))).containsExactly("1", "2", "3");
        assertThat(ids(b.recent(ANN, STORED))).containsExactly("1", "2", "3");
    }

    @Test
    void whatIsPrivateOnAnotherNodeIsGoneWhenItWasClearedOrErased() throws Exception {
        assumeTrue(nodesShare(), "a memory of one process has no other nodes");
        ConversationHistory a = plain();
        Memory other = another();
        ConversationHistory b = patient(other).build();
        a.append(ANN, NONE, turn("1"));
        b.clear(ANN);
        assertThat(a.recent(ANN, NONE)).isEmpty();
        a.append(ANN, NONE, turn("2"));
        assertThat(ids(a.recent(ANN, NONE))).as("said after").containsExactly("2");
        other.erase(Tenant.of("ann"));
        assertThat(a.recent(ANN, NONE)).isEmpty();
        a.append(ANN, NONE, turn("3"));
        b.append(ANN, NONE, turn("4"));
        assertThat(ids(a.recent(ANN, NONE))).containsExactly("3");
    }

    @Test
    void ofManyWritersNothingIsLostOrDoubledAndAllReadersSeeOneOrder() throws Exception {
        ConversationHistory a = patient(memory).maxTurns(1_000).build();
        ConversationHistory b =
                nodesShare() ? patient(another()).maxTurns(1_000).build() : a;
        int writers = 8;
        int each = 40;
        ExecutorService threads = Executors.newFixedThreadPool(writers + 2);
        try {
            var writing = new ArrayList<Future<?>>();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                ConversationHistory history = w % 2 == 0 ? a : b;
                Callable<Void> task = () -> {
                    for (int i = 0; i < each; i++) {
                        append(history, ANN, writer + "-" + i);
                        if (i % 5 == 0) {
                            history.append(ANN, STORED, turn(writer + "-" + i));
                        }
                    }
                    return null;
                };
                writing.add(threads.submit(task));
            }
            var reading = new ArrayList<Future<List<List<String>>>>();
            for (ConversationHistory history : List.of(a, b)) {
                reading.add(threads.submit(() -> {
                    var seen = new ArrayList<List<String>>();
                    while (seen.isEmpty() || seen.get(seen.size() - 1).size() < writers * each) {
                        seen.add(ids(history.recent(ANN, STORED)));
                    }
                    return seen;
                }));
            }
            for (Future<?> one : writing) {
                one.get();
            }
            List<String> last = ids(a.recent(ANN, STORED));
            assertThat(last).hasSize(writers * each).doesNotHaveDuplicates();
            for (int w = 0; w < writers; w++) {
                int writer = w;
                assertThat(last.stream().filter(id -> id.startsWith(writer + "-")))
                        .containsExactlyElementsOf(IntStream.range(0, each)
                                .mapToObj(i -> writer + "-" + i)
                                .toList());
            }
            for (Future<List<List<String>>> one : reading) {
                for (List<String> seen : one.get()) {
                    assertThat(seen).isEqualTo(last.subList(0, seen.size()));
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    // ---- the rest

    @Test
    void aClosedMemoryRefuses() {
        ConversationHistory history = plain();
        memory.close();
        assertThatIllegalStateException().isThrownBy(() -> history.append(ANN, STORED, turn("1")));
        assertThatIllegalStateException().isThrownBy(() -> history.recent(ANN, STORED));
        assertThatIllegalStateException().isThrownBy(() -> history.clear(ANN));
    }

    @Test
    void statsTellWhatIsHeld() {
        database.put(ANN, turns(1, 1));
        ConversationHistory history = loading();
        history.recent(ANN, STORED);
        history.recent(ANN, STORED);
        assertThat(memory.stats().hits()).isEqualTo(1);
        assertThat(memory.stats().misses()).isEqualTo(1);
        assertThat(memory.stats().keysCounted()).isTrue();
        assertThat(memory.stats().keysByKind().get("history")).isPositive();
    }
}
