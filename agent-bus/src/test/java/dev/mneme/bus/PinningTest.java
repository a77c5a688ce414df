package dev.mneme.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.resilience.RetrySettings;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

class PinningTest {

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24, disabledReason = "before it the JDK's own monitors pin")
    void noVirtualThreadIsPinnedUnderLoad(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("pinned.jfr");
        try (var recording = new Recording();
                AgentBus bus = AgentBus.create()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold();
            recording.start();
            AgentRef<Integer, Integer> inner = bus.register(
                    AgentSpec.<Integer, Integer>named("inner").capacity(10_000).handler((n, ctx) -> {
                        Thread.sleep(1);
                        return n;
                    }));
            AgentRef<Integer, Integer> outer = bus.register(AgentSpec.<Integer, Integer>named("outer")
                    .capacity(10_000)
                    .maxConcurrency(100)
                    .retry(RetrySettings.of(2, Duration.ofMillis(1), Duration.ofMillis(2)))
                    .handler((n, ctx) -> {
                        if (n % 7 == 0 && ctx.attempt() == 1) {
                            throw new ConnectException();
                        }
                        return ctx.ask(inner, n);
                    }));
            List<TaskHandle<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                tasks.add(outer.submit(i).orThrow());
                if (i % 10 == 0) {
                    tasks.get(i / 2).cancel();
                }
            }
            tasks.forEach(
                    task -> assertThat(task.awaitOutcome(Duration.ofMinutes(1))).isPresent());
            recording.stop();
            recording.dump(file);
        }
        assertThat(RecordingFile.readAllEvents(file))
                .filteredOn(event -> event.getEventType().getName().equals("jdk.VirtualThreadPinned"))
                .filteredOn(event -> String.valueOf(event.getStackTrace()).contains("dev.mneme.bus"))
                .isEmpty();
    }
}
