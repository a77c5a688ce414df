package dev.mneme.bus;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.CacheLoadException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PlanCacheTest {

    private static final Tenant ANNA = Tenant.of("anna");

    private final AtomicLong nanos = new AtomicLong(1);
    private final LocalMemory memory = LocalMemory.create(MemorySettings.defaults(), nanos::get);
    private final TestBus test = TestBus.seeded(1);
    private final AtomicInteger planned = new AtomicInteger();
    private final AgentRef<String, String> agent = agent("agent", "1");
    private final PlanCache cache = PlanCache.on(memory, "plans", PlanForm.of(agent));

    @AfterEach
    void close() {
        test.close();
        memory.close();
    }

    private AgentRef<String, String> agent(String name, String version) {
        return test.register(AgentSpec.<String, String>named(name)
                .types(String.class, String.class)
                .version(version)
                .handler((text, ctx) -> text));
    }

    private Supplier<Plan> planner(AgentRef<String, String> agent, String input) {
        return () -> {
            planned.incrementAndGet();
            Plan.Builder p = Plan.builder("made");
            p.node(input, agent, input);
            return p.build();
        };
    }

    @Test
    void theSameRequestIsPlannedOnceADay() {
        Plan first = cache.plan(ANNA, "tea", planner(agent, "tea"));
        assertThat(cache.plan(ANNA, "tea", planner(agent, "other")).text()).isEqualTo(first.text());
        assertThat(planned.get()).isOne();
        nanos.addAndGet(Duration.ofHours(24).minusSeconds(1).toNanos());
        cache.plan(ANNA, "tea", planner(agent, "other"));
        assertThat(planned.get()).isOne();
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(cache.plan(ANNA, "tea", planner(agent, "other")).text()).contains("other: agent");
        assertThat(planned.get()).isEqualTo(2);
    }

    @Test
    void anotherTenantAnotherRequestAndOtherVersionsOfAgentsAreOtherPlans() {
        cache.plan(ANNA, "tea", planner(agent, "tea"));
        cache.plan(Tenant.of("boris"), "tea", planner(agent, "tea"));
        cache.plan(ANNA, "coffee", planner(agent, "coffee"));
        assertThat(planned.get()).isEqualTo(3);
        test.bus().deregister(agent, Duration.ZERO);
        AgentRef<String, String> newer = agent("agent", "2");
        PlanCache sameCache = PlanCache.on(memory, "plans-2", PlanForm.of(newer));
        assertThat(sameCache.plan(ANNA, "tea", planner(newer, "tea")).text()).contains("tea: agent");
        assertThat(PlanForm.of(newer).agents()).isNotEqualTo(PlanForm.of(agent).agents());
        cache.forget(ANNA, "tea");
        cache.plan(ANNA, "tea", planner(agent, "tea"));
        assertThat(planned.get()).isEqualTo(5);
    }

    @Test
    void ofManyThatAskAtOnceOnePlans() throws Exception {
        int many = 16;
        ExecutorService threads = Executors.newFixedThreadPool(many);
        try {
            var barrier = new CyclicBarrier(many);
            var inside = new CountDownLatch(1);
            List<Future<Plan>> all = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                all.add(threads.submit(() -> {
                    barrier.await(60, SECONDS);
                    return cache.plan(ANNA, "tea", () -> {
                        try {
                            // whoever else comes finds it being made
                            inside.await(50, java.util.concurrent.TimeUnit.MILLISECONDS);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return planner(agent, "tea").get();
                    });
                }));
            }
            for (Future<Plan> each : all) {
                assertThat(each.get(60, SECONDS).text()).contains("tea: agent");
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(planned.get()).isOne();
    }

    @Test
    void aPlannerThatFailsIsAskedAgainTheNextTime() {
        assertThatThrownBy(() -> cache.plan(ANNA, "tea", () -> {
                    throw new IllegalStateException("no idea");
                }))
                .isInstanceOf(CacheLoadException.class);
        assertThat(cache.plan(ANNA, "tea", planner(agent, "tea")).size()).isOne();
    }
}
