package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.meta;
import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A record whose time is over is not there, for any call, from that moment on. */
abstract class TimeToLiveCases extends WritingCases {

    @Test
    void aRecordIsThereUntilItsTimeToLiveIsOverAndNotAMillisecondLonger() {
        agent.add(Interaction.of("brief", "payment").type("t").ttl(Duration.ofSeconds(30)));
        agent.add(Interaction.of("lasting", "payment").type("t"));
        restart();
        clock.advance(Duration.ofSeconds(30).minusMillis(1));
        assertThat(agent.find("brief")).isPresent();
        assertThat(idsFor("payment")).containsExactly("brief", "lasting");
        assertThat(agent.count()).isEqualTo(2);

        clock.advance(Duration.ofMillis(1));
        assertThat(agent.find("brief")).isEmpty();
        assertThat(idsFor("payment")).containsExactly("lasting");
        assertThat(agent.count()).isOne();
        assertThat(agent.count(type().is("t"))).isOne();
        assertThat(agent.count(type().is("t").not())).isZero();
        restart();
        assertThat(agent.find("brief")).isEmpty();
        assertThat(agent.count()).isOne();
    }

    @Test
    void aRecordThatEndedCannotBeDeletedClearedOrErased() {
        agent.add(Interaction.of("brief", "payment").ttl(Duration.ofSeconds(30)));
        AgentContext other = store.agent(AgentKey.of(KEY.tenant().id(), "other"));
        other.add(Interaction.of("brief", "payment").ttl(Duration.ofSeconds(30)));
        clock.advance(Duration.ofSeconds(30));

        assertThat(agent.delete("brief")).isFalse();
        assertThat(agent.clear()).isZero();
        assertThat(store.erase(Tenant.of("user-42")).records()).isZero();
    }

    @Test
    void anIdWhoseRecordEndedCanBeAddedAgainEvenWithAnOlderTime() {
        agent.add(Interaction.of("a", "first").ttl(Duration.ofSeconds(30)));
        clock.advance(Duration.ofSeconds(30));

        assertThat(agent.add(Interaction.of("a", "second").time(START.minusSeconds(1))))
                .isEqualTo(Added.NEW);
        restart();
        assertThat(agent.find("a").orElseThrow().text()).isEqualTo("second");
        assertThat(agent.count()).isOne();
    }

    @Test
    void theTimeToLiveCountsFromTheTimeOfTheInteractionNotFromTheAdding() {
        agent.add(Interaction.of("past", "payment").time(START.minusSeconds(20)).ttl(Duration.ofSeconds(30)));
        agent.add(Interaction.of("ahead", "payment").time(START.plusSeconds(20)).ttl(Duration.ofSeconds(30)));

        clock.advance(Duration.ofSeconds(10));
        assertThat(idsFor("payment")).containsExactly("ahead");
        clock.advance(Duration.ofSeconds(39));
        assertThat(agent.find("ahead")).isPresent();
        clock.advance(Duration.ofSeconds(1));
        assertThat(agent.count()).isZero();
    }

    @Test
    void aRecordThatWasOverBeforeItWasAddedIsNeverSeen() {
        agent.add(
                Interaction.of("stale", "payment").time(START.minusSeconds(60)).ttl(Duration.ofSeconds(30)));
        agent.addAll(List.of(Interaction.of("stale too", "payment")
                .time(START.minusSeconds(30))
                .ttl(Duration.ofSeconds(30))));

        assertThat(agent.find("stale")).isEmpty();
        assertThat(idsFor("payment")).isEmpty();
        assertThat(agent.count()).isZero();
        restart();
        assertThat(agent.count()).isZero();
    }

    @Test
    void aNewerRecordThatIsAlreadyOverStillEndsTheOlderOne() {
        agent.add(Interaction.of("a", "payment").time(START.minusSeconds(60)));

        Interaction over =
                Interaction.of("a", "payment").time(START.minusSeconds(30)).ttl(Duration.ofSeconds(30));
        assertThat(agent.add(over)).isEqualTo(Added.REPLACED);
        assertThat(agent.find("a")).isEmpty();
        assertThat(idsFor("payment")).isEmpty();
        restart();
        assertThat(agent.count()).isZero();
    }

    @Test
    void replacingARecordByOneWithoutTimeToLiveKeepsIt() {
        agent.add(Interaction.of("a", "payment").ttl(Duration.ofSeconds(30)));
        agent.add(Interaction.of("a", "payment"));
        clock.advance(Duration.ofDays(1));
        restart();

        assertThat(agent.find("a")).isPresent();
        assertThat(agent.count()).isOne();
    }

    @Test
    void theLongestTimeToLiveEndsNothing() {
        Interaction eternal =
                Interaction.of("a", "payment").time(START).ttl(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999));
        agent.add(eternal);
        restart();
        clock.advance(Duration.ofDays(365_000));

        assertThat(agent.find("a")).hasValue(eternal);
        assertThat(idsFor("payment")).containsExactly("a");
    }

    @Test
    void pinningDoesNotOutliveTheTimeToLive() {
        agent.add(Interaction.of("a", "payment").pinned().ttl(Duration.ofSeconds(30)));
        clock.advance(Duration.ofSeconds(30));

        assertThat(agent.count()).isZero();
    }

    @Test
    void aRecordThatEndedMovesNoScoreAndNoKindOfMetadata() {
        agent.add(Interaction.of("a", "payment failed twice"));
        Map<String, Double> before = textScores(agent, ContextQuery.text("payment failed"));
        agent.add(
                Interaction.of("brief", "payment and other words").meta("k", 1).ttl(Duration.ofSeconds(1)));
        clock.advance(Duration.ofSeconds(1));

        assertThat(textScores(agent, ContextQuery.text("payment failed"))).isEqualTo(before);
        assertThatCode(() -> agent.count(meta("k").is("text"))).doesNotThrowAnyException();
    }
}
