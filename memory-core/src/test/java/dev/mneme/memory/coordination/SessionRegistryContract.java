package dev.mneme.memory.coordination;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mneme.SessionKey;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a registry of sessions promises, wherever they are kept; here what one instance does that is cut off. */
public abstract class SessionRegistryContract extends SessionRequestCases {

    private static final SessionKey NEW = SessionKey.of("new", "s");

    private void heal() {
        a.way.heal();
        assertThat(onA.count()).isPositive();
    }

    @Test
    void anInstanceCutOffOpensUpToItsOwnLimitAndSaysSo() {
        a.way.cut();
        Session first = onA.open(NEW, Map.of("k", "v")).optional().orElseThrow();
        onA.open(ANN);

        assertThat(first.degraded()).isTrue();
        assertThat(onA.open(NEW)).isEqualTo(new Admission.Admitted(first, false));
        assertThat(onA.open(BOB)).isEqualTo(new Admission.Full(LOCAL_PLACES, true));
        onA.close(ANN);
        assertThat(onA.open(BOB).optional()).isPresent();
        assertThat(onA.find(NEW)).contains(first);
    }

    @Test
    void sessionsOpenedMeanwhileAreEnteredAfterwardsThoughTheyAreTooMany() {
        for (int i = 0; i < PLACES; i++) {
            onB.open(SessionKey.of("b", "s" + i));
        }
        a.way.cut();
        onA.open(NEW, Map.of("k", "v"));
        onA.touch(NEW, 3);
        heal();
        Session known = onA.touch(NEW, 1).orElseThrow();

        assertThat(known.degraded()).isFalse();
        assertThat(known.turns()).isEqualTo(4);
        assertThat(known.data()).containsExactly(Map.entry("k", "v"));
        assertThat(onB.find(NEW)).contains(known);
        assertThat(onB.count()).isEqualTo(PLACES + 1);
        onB.close(SessionKey.of("b", "s0"));
        assertThat(onB.open(BOB)).as("still no place").isEqualTo(new Admission.Full(PLACES, false));
    }

    @Test
    void whatHappenedMeanwhileIsAddedToWhatHappenedElsewhere() {
        onA.open(ANN);
        onA.open(BOB);
        onA.touch(ANN, 1);
        a.way.cut();
        Session degraded = onA.touch(ANN, 2).orElseThrow();
        assertThat(degraded.degraded()).isTrue();
        assertThat(degraded.turns()).isEqualTo(3);
        onB.touch(ANN, 10);
        SessionSummary closed = onA.close(BOB).orElseThrow();
        assertThat(closed.completion()).isEqualTo(SessionState.COMPLETED);
        assertThat(onB.find(BOB).orElseThrow().state()).isEqualTo(SessionState.ACTIVE);
        heal();

        assertThat(onA.find(ANN).orElseThrow().turns()).isEqualTo(13);
        assertThat(onA.find(BOB).orElseThrow().state()).isEqualTo(SessionState.COMPLETED);
        assertThat(onB.count()).isEqualTo(1);
        assertThat(onA.find(ANN).orElseThrow().turns()).as("told once").isEqualTo(13);
    }

    @Test
    void whatHappenedMeanwhileIsToldThoughNobodyAsksForTheSession() throws Exception {
        a.way.cut();
        onA.open(NEW);
        a.way.heal();

        until(() -> onB.find(NEW).isPresent());
    }

    @Test
    void whatWasClosedElsewhereMeanwhileStaysClosed() {
        onA.open(ANN);
        onB.open(BOB);
        a.way.cut();
        onA.touch(ANN, 1);
        SessionSummary closed = onB.close(ANN).orElseThrow();
        heal();

        assertThat(onA.touch(ANN, 1)).isEmpty();
        assertThat(onA.close(ANN)).contains(closed);
    }

    @Test
    void aPauseMeanwhileIsToldAfterwards() {
        onA.open(ANN);
        a.way.cut();
        onA.pause(ANN);
        heal();

        assertThat(onA.find(ANN).orElseThrow().state()).isEqualTo(SessionState.PAUSED);
        assertThat(onB.find(ANN).orElseThrow().state()).isEqualTo(SessionState.PAUSED);
    }

    @Test
    void whatOnlyTheStoreKnowsCannotBeHadWithoutIt() {
        onB.open(ANN);
        onA.open(BOB);
        a.way.cut();

        assertThatExceptionOfType(UnreachableException.class).isThrownBy(() -> onA.find(ANN));
        assertThatExceptionOfType(UnreachableException.class).isThrownBy(() -> onA.touch(ANN));
        assertThatExceptionOfType(UnreachableException.class).isThrownBy(() -> onA.beginRequest(ANN, ZERO));
        assertThatExceptionOfType(UnreachableException.class).isThrownBy(() -> onA.count());
        assertThatExceptionOfType(UnreachableException.class).isThrownBy(() -> onA.active(SessionPage.Request.of(1)));
        assertThatExceptionOfType(UnreachableException.class).isThrownBy(() -> onA.update(BOB, 1, Map.of()));
        assertThatExceptionOfType(UnreachableException.class).isThrownBy(() -> onA.erase(BOB.tenant()));
    }

    @Test
    void dataOfASessionOpenedMeanwhileIsChangedHere() {
        a.way.cut();
        Session opened = onA.open(NEW).optional().orElseThrow();
        assertThat(onA.update(NEW, opened.version(), Map.of("k", "1")).isUpdated())
                .isTrue();
        assertThat(onA.update(NEW, opened.version(), Map.of("k", "2"))).isInstanceOf(SessionUpdate.Conflict.class);
        a.way.heal();

        assertThat(onA.find(NEW).orElseThrow().data()).containsExactly(Map.entry("k", "1"));
    }

    @Test
    void aRequestOfAnInstanceCutOffRunsAloneInItsProcess() {
        a.way.cut();
        onA.open(NEW);
        var begun = (RequestAttempt.Begun) onA.beginRequest(NEW, ZERO);

        assertThat(begun.session().degraded()).isTrue();
        assertThat(begun.lease().fencingToken()).isZero();
        assertThat(begun.lease().isHeld()).isTrue();
        assertThat(onA.beginRequest(NEW, ZERO)).isInstanceOf(RequestAttempt.Busy.class);
        begun.lease().close();
        assertThat(begun.lease().isHeld()).isFalse();
        assertThat(onA.beginRequest(NEW, ZERO)).isInstanceOf(RequestAttempt.Begun.class);
    }
}
