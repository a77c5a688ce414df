package dev.mneme.examples.outage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.HealthCheck.Status;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class OutageTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void theModelGoesDownThrottlesAndComesBackAsTheStorySays() throws Exception {
        List<Scene> scenes = tell();
        assertThat(scenes).hasSize(8);

        counts(scenes.get(0), 20, 20, 20, 0);
        assertThat(scenes.get(0).page().status()).isEqualTo(Status.HEALTHY);

        Scene down = scenes.get(1);
        counts(down, 20, 0, 5, 18);
        assertThat(down.retries()).isEqualTo(3);
        assertThat(down.transitions()).containsExactly("breaker model: CLOSED -> OPEN for 60 s");
        assertThat(down.page().status()).isEqualTo(Status.DEGRADED);
        assertThat(down.page().httpStatus()).isEqualTo(200);
        assertThat(down.page().text()).contains("breaker model: degraded: open\n", "store: healthy\n");

        Scene throttled = scenes.get(2);
        counts(throttled, 1, 0, 1, 0);
        assertThat(throttled.retries()).isZero();
        assertThat(throttled.transitions()).containsExactly("breaker model: OPEN -> HALF_OPEN");
        assertThat(throttled.page().text()).contains("breaker model: degraded: half-open\n");

        counts(scenes.get(3), 8, 1, 1, 7);
        assertThat(scenes.get(3).transitions()).isEmpty();
        counts(scenes.get(4), 1, 1, 1, 0);
        assertThat(scenes.get(4).transitions()).containsExactly("breaker model: HALF_OPEN -> CLOSED");
        assertThat(scenes.get(4).page().status()).isEqualTo(Status.HEALTHY);
    }

    @Test
    void inARushTheBudgetHoldsTheRetriesAndTheBreakerStaysClosed() throws Exception {
        Scene rush = tell().get(5);
        assertThat(rush.upstream()).isEqualTo(100 + rush.retries());
        assertThat(rush.retries()).isBetween(10L, 20L);
        assertThat(rush.held()).isGreaterThan(80);
        assertThat(rush.blocked()).isZero();
        assertThat(rush.transitions()).isEmpty();
    }

    @Test
    void anOptionalStoreThatIsGoneCostsNoAnswer() throws Exception {
        List<Scene> scenes = tell();
        Scene gone = scenes.get(6);
        counts(gone, 20, 20, 20, 0);
        assertThat(gone.page().text()).contains("store: error: connection refused\n");
        assertThat(gone.page().status()).as("by its breaker").isEqualTo(Status.DEGRADED);
        assertThat(gone.page().httpStatus()).isEqualTo(200);
        assertThat(scenes.get(7).page().text()).contains("store: healthy\n", "breaker model: healthy: closed\n");
    }

    @Test
    void thePageIsPrintedBesideEachScene() throws Exception {
        for (Scene scene : tell()) {
            assertThat(printed.toString(UTF_8)).contains(scene.text());
            assertThat(scene.text()).contains("| http " + scene.page().httpStatus());
        }
    }

    private List<Scene> tell() throws Exception {
        try (var outage = new Outage(new PrintStream(printed, true, UTF_8))) {
            return outage.tell();
        }
    }

    private static void counts(Scene scene, long asked, long answered, long upstream, long blocked) {
        assertThat(List.of(scene.asked(), scene.answered(), scene.upstream(), scene.blocked()))
                .as(scene.title() + ": asked, answered, upstream, blocked")
                .containsExactly(asked, answered, upstream, blocked);
    }
}
