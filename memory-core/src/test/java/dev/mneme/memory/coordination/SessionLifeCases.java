package dev.mneme.memory.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Opening, counting, ending and listing. */
abstract class SessionLifeCases extends SessionsFixture {

    @Test
    void anOpenedSessionIsLiveOnEveryInstance() {
        Admission admission = onA.open(ANN, Map.of("lang", "ru"));

        assertThat(((Admission.Admitted) admission).created()).isTrue();
        Session there = onB.find(ANN).orElseThrow();
        assertThat(there).isEqualTo(admission.optional().orElseThrow());
        assertThat(there.state()).isEqualTo(SessionState.ACTIVE);
        assertThat(there.data()).containsExactly(Map.entry("lang", "ru"));
        assertThat(there.degraded()).isFalse();
        assertThat(onB.find(BOB)).isEmpty();
        assertThat(onB.count()).isEqualTo(1);
    }

    @Test
    void openingALiveSessionAgainTakesNoSecondPlaceAndKeepsItsData() {
        Session first = onA.open(ANN, Map.of("k", "1")).optional().orElseThrow();
        Admission again = onB.open(ANN, Map.of("k", "2"));

        assertThat(again).isEqualTo(new Admission.Admitted(first, false));
        assertThat(onA.count()).isEqualTo(1);
    }

    @Test
    void noMoreSessionsAreOpenThanThereArePlacesAndAClosedOneGivesItsPlaceFree() throws Exception {
        List<Future<Integer>> askers = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int asker = t;
            SessionRegistry registry = t % 2 == 0 ? onA : onB;
            askers.add(inBackground(() -> {
                int admitted = 0;
                for (int i = 0; i < 25; i++) {
                    admitted +=
                            registry.open(SessionKey.of("t" + asker, "s" + i)).fold(session -> 1, full -> 0);
                }
                return admitted;
            }));
        }
        int admitted = 0;
        for (Future<Integer> asker : askers) {
            admitted += await(asker);
        }
        assertThat(admitted).isEqualTo(PLACES);
        onA.active(SessionPage.Request.of(100)).sessions().forEach(session -> onB.close(session.key()));
        assertThat(onA.count()).isZero();
        for (int i = 0; i < PLACES; i++) {
            assertThat(onA.open(SessionKey.of("u", "s" + i)).optional()).isPresent();
        }
        assertThat(onB.open(ANN)).isEqualTo(new Admission.Full(PLACES, false));
        onB.close(SessionKey.of("u", "s0"));
        assertThat(onA.open(ANN).optional()).isPresent();
    }

    @Test
    void turnsAreCountedAndATouchChangesNoVersion() {
        long version = onA.open(ANN).optional().orElseThrow().version();
        onA.touch(ANN, 2);
        Session touched = onB.touch(ANN, 1).orElseThrow();

        assertThat(touched.turns()).isEqualTo(3);
        assertThat(touched.version()).isEqualTo(version);
        assertThat(onA.touch(BOB)).isEmpty();
    }

    @Test
    void closingTellsHowItWentAndMayBeRepeated() throws Exception {
        onA.open(ANN, Map.of("secret", "text"));
        onA.touch(ANN, 4);
        pass(Duration.ofMillis(100));
        SessionSummary summary = onA.close(ANN).orElseThrow();

        assertThat(summary.completion()).isEqualTo(SessionState.COMPLETED);
        assertThat(summary.turns()).isEqualTo(4);
        assertThat(summary.duration()).isGreaterThanOrEqualTo(Duration.ofMillis(99));
        assertThat(summary.duration()).isEqualTo(Duration.between(summary.openedAt(), summary.endedAt()));
        assertThat(onB.close(ANN)).contains(summary);
        assertThat(onB.find(ANN).orElseThrow().state()).isEqualTo(SessionState.COMPLETED);
        assertThat(onA.touch(ANN)).isEmpty();
        assertThat(onA.pause(ANN)).isEmpty();
        assertThat(onA.close(BOB)).isEmpty();
        assertThat(onA.count()).isZero();
    }

    @Test
    void aKeyOpenedAgainIsANewSessionWithAGreaterVersion() {
        onA.open(ANN, Map.of("k", "v"));
        onA.touch(ANN, 4);
        SessionSummary first = onA.close(ANN).orElseThrow();
        Session second = onB.open(ANN).optional().orElseThrow();

        assertThat(second.version()).isGreaterThan(first.version());
        assertThat(second.turns()).isZero();
        assertThat(second.data()).isEmpty();
    }

    @Test
    void anIdleSessionTimesOutAndGivesItsPlaceFreeBeforeAnybodySweeps() throws Exception {
        SessionRegistry hasty = hasty(a, ends::add);
        hasty.open(ANN);
        pass(INACTIVITY.plusMillis(50));

        assertThat(hasty.count()).isZero();
        assertThat(hasty.touch(ANN, 1)).isEmpty();
        Session over = hasty.find(ANN).orElseThrow();
        assertThat(over.state()).isEqualTo(SessionState.TIMED_OUT);
        assertThat(over.summary().duration()).as("until its time ran out").isEqualTo(INACTIVITY);
    }

    @Test
    void aSignOfLifePutsOffTheEnd() throws Exception {
        SessionRegistry slow = a.coordination
                .sessions("slow")
                .inactivity(Duration.ofMillis(1_500))
                .build();
        slow.open(ANN);
        pass(Duration.ofMillis(900));
        assertThat(slow.touch(ANN)).isPresent();
        pass(Duration.ofMillis(900));
        assertThat(slow.find(ANN).orElseThrow().state()).isEqualTo(SessionState.ACTIVE);
    }

    @Test
    void aPausedSessionOutlivesTheInactivityAndIsAbandonedAfterTheTimeToLive() throws Exception {
        SessionRegistry slow = a.coordination
                .sessions("slow")
                .inactivity(Duration.ofMillis(10))
                .ttl(Duration.ofMillis(1_500))
                .onTimeout(ends::add)
                .build();
        slow.open(ANN);
        Session paused = slow.pause(ANN).or(() -> reopened(slow)).orElseThrow();
        pass(Duration.ofMillis(200));
        assertThat(slow.find(ANN).orElseThrow()).isEqualTo(paused);
        assertThat(slow.count()).as("it keeps its place").isEqualTo(1);

        pass(Duration.ofMillis(1_500));
        assertThat(slow.find(ANN).orElseThrow().state()).isEqualTo(SessionState.ABANDONED);
    }

    /** On a machine so slow that the session had ended before it could be paused. */
    private static Optional<Session> reopened(SessionRegistry registry) {
        Optional<Session> paused = Optional.empty();
        for (int i = 0; i < 100 && paused.isEmpty(); i++) {
            registry.open(ANN);
            paused = registry.pause(ANN);
        }
        return paused;
    }

    @Test
    void aTouchBringsAPausedSessionBack() {
        onA.open(ANN);
        Session paused = onA.pause(ANN).orElseThrow();
        Session back = onB.touch(ANN).orElseThrow();

        assertThat(paused.state()).isEqualTo(SessionState.PAUSED);
        assertThat(back.state()).isEqualTo(SessionState.ACTIVE);
        assertThat(back.version()).isGreaterThan(paused.version());
    }

    @Test
    void anEndedSessionIsForgottenAfterTheTimeToLive() throws Exception {
        SessionRegistry hasty = hasty(a, ends::add);
        hasty.open(ANN);
        hasty.close(ANN);
        pass(TTL.plusMillis(100));
        sweep(hasty);

        assertThat(hasty.find(ANN)).isEmpty();
        assertThat(hasty.close(ANN)).isEmpty();
    }

    @Test
    void theListenerHearsOfEachEndOnceFromOneInstance() throws Exception {
        List<SessionSummary> others = new ArrayList<>();
        SessionRegistry one = hasty(a, ends::add);
        SessionRegistry other = hasty(b, others::add);
        one.open(ANN);
        other.open(BOB);
        pass(INACTIVITY.plusMillis(50));
        sweep(one);
        sweep(other);
        sweep(one);

        assertThat(ends).extracting(SessionSummary::key).containsExactlyInAnyOrder(ANN, BOB);
        assertThat(ends).extracting(SessionSummary::completion).containsOnly(SessionState.TIMED_OUT);
        assertThat(others).as("it has not the lease").isEmpty();
    }

    @Test
    void anEndThatWasNotTakenIsToldAgainWithTheSameVersionAlsoElsewhere() throws Exception {
        List<SessionSummary> failed = new ArrayList<>();
        SessionRegistry one = hasty(a, end -> {
            failed.add(end);
            throw new IllegalStateException("not now");
        });
        SessionRegistry other = hasty(b, ends::add);
        one.open(ANN);
        pass(INACTIVITY.plusMillis(50));
        sweep(one);
        sweep(one);
        one.close();
        sweep(other);
        sweep(other);

        assertThat(failed).hasSize(2);
        assertThat(ends).hasSize(1);
        assertThat(failed).containsOnly(ends.get(0));
    }

    @Test
    void anEndIsToldThoughTheSessionWasOpenedAgainBefore() throws Exception {
        SessionRegistry hasty = hasty(a, ends::add);
        long version = hasty.open(ANN).optional().orElseThrow().version();
        pass(INACTIVITY.plusMillis(50));
        hasty.open(ANN);
        sweep(hasty);

        assertThat(ends).isNotEmpty();
        assertThat(ends.get(0).version()).isGreaterThan(version);
    }

    @Test
    void liveSessionsAreListedByPagesAndByTenant() {
        for (String tenant : List.of("a", "a:b", "aa", "é")) {
            onA.open(SessionKey.of(tenant, "s"));
        }
        onA.open(SessionKey.of("a", "s:2"));
        onA.pause(SessionKey.of("a", "s"));
        onA.close(SessionKey.of("aa", "s"));

        List<SessionKey> all = new ArrayList<>();
        var request = Optional.of(SessionPage.Request.of(2));
        while (request.isPresent()) {
            SessionPage page = onB.active(request.get());
            assertThat(page.sessions()).hasSizeLessThanOrEqualTo(2);
            page.sessions().forEach(session -> all.add(session.key()));
            request = page.next();
        }
        assertThat(all)
                .containsExactlyInAnyOrder(
                        SessionKey.of("a", "s"),
                        SessionKey.of("a", "s:2"),
                        SessionKey.of("a:b", "s"),
                        SessionKey.of("é", "s"));
        SessionPage ofA = onB.active(SessionPage.Request.of(Tenant.of("a"), 10));
        assertThat(ofA.sessions())
                .extracting(Session::key)
                .containsExactlyInAnyOrder(SessionKey.of("a", "s"), SessionKey.of("a", "s:2"));
        assertThat(ofA.next()).isEmpty();
        assertThat(onB.active(SessionPage.Request.of(Tenant.of("aa"), 10)).sessions())
                .isEmpty();
    }

    @Test
    void erasureTakesAllOfATenantAndNothingOfAnother() {
        onA.open(ANN);
        onA.open(ANN_2);
        onA.open(BOB);
        onA.close(ANN_2);

        assertThat(onB.erase(Tenant.of("ann")).records()).isEqualTo(2);
        assertThat(onA.find(ANN)).isEmpty();
        assertThat(onA.find(ANN_2)).isEmpty();
        assertThat(onA.touch(ANN)).as("who knew it does not bring it back").isEmpty();
        assertThat(onA.active(SessionPage.Request.of(Tenant.of("ann"), 10)).sessions())
                .isEmpty();
        assertThat(onA.find(BOB)).isPresent();
        assertThat(onA.count()).isEqualTo(1);
        assertThat(onB.erase(Tenant.of("ann")).records()).isZero();
    }

    @Test
    void tooMuchDataIsRefusedAndNeverRepeated() {
        var many = new HashMap<String, String>();
        for (int i = 0; i < 129; i++) {
            many.put("k" + i, "v");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> onA.open(ANN, many))
                .withMessage("a session's data must have at most 128 entries, had 129");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> onA.open(ANN, Map.of("k", "x".repeat(65_536))))
                .withMessage("a session's data must have at most 65536 characters, had 65537");
        Session session = onA.open(ANN, Map.of("k", "what was said")).optional().orElseThrow();
        assertThat(session.toString()).doesNotContain("said", "ann");
    }
}
