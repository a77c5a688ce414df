package dev.mneme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.HealthCheck.Criticality;
import dev.mneme.HealthCheck.Rated;
import dev.mneme.HealthCheck.Result;
import dev.mneme.HealthCheck.Status;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HealthCheckTest {

    @Test
    void aCheckOfSomethingThatReturnsIsHealthy() throws Exception {
        var check = HealthCheck.reaching("redis", () -> {});

        assertThat(check.name()).isEqualTo("redis");
        assertThat(check.check()).isEqualTo(Result.healthy());
    }

    @Test
    void aCheckMayThrowWhateverItsServiceThrows() {
        var check = HealthCheck.reaching("redis", () -> {
            throw new IOException("away");
        });

        assertThatExceptionOfType(IOException.class).isThrownBy(check::check);
    }

    @Test
    void aCheckAnswersWhatItFound() throws Exception {
        var check = HealthCheck.of("qdrant", () -> Result.degraded("one shard of two"));

        assertThat(check.check().status()).isEqualTo(Status.DEGRADED);
        assertThat(check.check().detail()).isEqualTo("one shard of two");
        assertThat(Result.healthy("v7").status()).isEqualTo(Status.HEALTHY);
        assertThat(Result.unhealthy("full").status()).isEqualTo(Status.UNHEALTHY);
    }

    @Test
    void aRatedCheckKnowsItsCriticalityAndIsItselfASourceOfOne() {
        var check = HealthCheck.reaching("redis", () -> {});

        assertThat(check.required()).isEqualTo(new Rated("redis", check, Criticality.REQUIRED));
        assertThat(check.optional().criticality()).isEqualTo(Criticality.OPTIONAL);
        assertThat(check.optional().checks()).containsExactly(check.optional());
    }

    @Test
    void aDetailIsOneLineWithNothingThatRewritesIt() {
        assertThat(Result.unhealthy(" a\nb\r\u2028c\u202Ed\u001B[0m ").detail()).isEqualTo("a b  c d [0m");
    }

    @Test
    void aLongDetailIsCutButNeverInsideACharacter() {
        assertThat(Result.unhealthy("x".repeat(200)).detail()).isEqualTo("x".repeat(200));
        assertThat(Result.unhealthy("x".repeat(201)).detail()).isEqualTo("x".repeat(199) + "…");
        assertThat(Result.unhealthy("x".repeat(198) + "😀😀").detail()).isEqualTo("x".repeat(198) + "…");
        assertThat(Result.unhealthy("x".repeat(1_000_000)).detail()).hasSize(200);
    }

    @Test
    void factsKeepTheirOrderAndAreBoundedAsDetailsAre() {
        Result result = Result.healthy()
                .with("state", "OPEN\nOPEN")
                .with("failures", 5)
                .with("blocked", 7L)
                .with("rate", 0.5)
                .with("forced", false);

        assertThat(result.facts().keySet()).containsExactly("state", "failures", "blocked", "rate", "forced");
        assertThat(result.facts().values()).containsExactly("OPEN OPEN", 5L, 7L, 0.5, false);
        assertThat(result.with("failures", 6).facts()).hasSize(5).containsEntry("failures", 6L);
        assertThat(Result.healthy().facts()).isEmpty();
    }

    @Test
    void factsOfAnotherTypeOrTooManyAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Result.healthy().with("rate", Double.NaN))
                .withMessage("a fact must be a String, Long, Integer, Boolean or finite Double, was a Double");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Result.healthy().with("thing", new StringBuilder("user text")))
                .withMessage("a fact must be a String, Long, Integer, Boolean or finite Double, was a StringBuilder");
        Map<String, Object> many = new LinkedHashMap<>();
        for (int i = 0; i < 17; i++) {
            many.put("f" + i, i);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Result(Status.HEALTHY, "", many))
                .withMessage("a result may have at most 16 facts, had 17");
    }

    @Test
    void aNameIsOneShortLine() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheck.reaching(" ", () -> {}).required())
                .withMessage("a check's name must have 1 to 100 characters and not be blank, had 1");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> HealthCheck.reaching("x".repeat(101), () -> {}).optional())
                .withMessage("a check's name must have 1 to 100 characters and not be blank, had 101");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthCheck.reaching("a\nb", () -> {}).required())
                .withMessage("a check's name must be one line of plain text, was not");
    }
}
