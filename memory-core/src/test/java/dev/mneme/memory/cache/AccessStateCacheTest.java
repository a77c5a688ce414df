package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.MemorySettings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AccessStateCacheTest {

    private final AtomicLong time = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();

    private TieredCache<String, String> access(LocalMemory memory) {
        return AccessStateCache.on(memory, String.class, String.class, Tenant::of, user -> {
            asked.incrementAndGet();
            return user.startsWith("unknown") ? null : "paid";
        });
    }

    @Test
    void whatAUserMayDoIsServedNearForTwentySecondsAndThatHeIsUnknownForTen() {
        try (LocalMemory memory = LocalMemory.create(MemorySettings.defaults(), time::get)) {
            TieredCache<String, String> access = access(memory);
            assertThat(access.name()).isEqualTo("access-state");
            access.get("ann");
            access.getOptional("unknown");
            assertThat(asked).hasValue(2);
            pass(ofSeconds(9).minusMillis(1));
            assertThat(access.get("ann")).isEqualTo("paid");
            assertThat(access.getOptional("unknown")).isEmpty();
            assertThat(asked).hasValue(2);
            pass(ofSeconds(1).plusMillis(1));
            assertThat(access.getOptional("unknown")).isEmpty();
            assertThat(asked).as("jitter only shortens").hasValue(3);
            pass(ofSeconds(10));
            assertThat(access.get("ann")).isEqualTo("paid");
            assertThat(asked).hasValue(4);
        }
    }

    @Test
    void theEnvironmentSaysHowLongEvenIfThatIsLessThanTheUsualNearTime() {
        var settings = MemorySettings.fromEnvironment(Map.of("REDIS_TTL_ACCESS_STATE", "5"));
        try (LocalMemory memory = LocalMemory.create(settings, time::get)) {
            TieredCache<String, String> access = access(memory);
            access.get("ann");
            pass(ofSeconds(4));
            access.get("ann");
            assertThat(asked).hasValue(1);
            pass(ofSeconds(1));
            access.get("ann");
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void aPaymentIsSeenAtOnceAndErasureTakesTheUser() {
        try (LocalMemory memory = LocalMemory.create(MemorySettings.defaults(), time::get)) {
            TieredCache<String, String> access = access(memory);
            access.get("ann");
            access.invalidate("ann").orThrow();
            access.get("ann");
            assertThat(asked).hasValue(2);
            assertThat(memory.erase(Tenant.of("ann")).records()).isEqualTo(1);
            assertThat(access.find("ann")).isEmpty();
            pass(ofMillis(1));
        }
    }

    private void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
    }
}
