package dev.mneme.examples.approval;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import dev.mneme.bus.AgentBus;
import dev.mneme.bus.AgentRef;
import dev.mneme.bus.AgentSpec;
import dev.mneme.bus.Approval;
import dev.mneme.bus.ApprovalRefusedException;
import dev.mneme.bus.ApprovalSettings;
import dev.mneme.bus.NodeRef;
import dev.mneme.bus.Plan;
import dev.mneme.bus.PlanResult;
import dev.mneme.bus.Submit;
import dev.mneme.memory.Memory;
import dev.mneme.memory.coordination.ApprovalDecision;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalState;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.RedisServer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plan waits in one process, and somebody decides in another. */
@Timeout(120)
class ApprovalOverProcessesTest {

    private static final Tenant ANN = Tenant.of("ann");

    @Test
    void aDecisionMadeInOneProcessResumesThePlanInAnother() throws Exception {
        try (RedisServer server = RedisServer.start();
                Host here = new Host(server.uri());
                ChildJvm there = ChildJvm.start(Waiting.class, server.uri())) {
            String yes = there.line();
            ApprovalRecord asked = here.memory.approvals().find(yes).orElseThrow();
            assertThat(asked.state()).isEqualTo(ApprovalState.PENDING);
            assertThat(asked.request().question()).isEqualTo("Publish draft 1?");
            assertThat(asked.request().tenant()).contains(ANN);
            assertThat(here.bus.approvals().approve(yes, "bob").isDecided()).isTrue();
            assertThat(there.line()).isEqualTo("published draft 1, as bob said");

            String no = there.line();
            assertThat(here.bus.approvals().reject(no, "eve", "not this one").isDecided())
                    .isTrue();
            assertThat(there.line()).isEqualTo("not published: eve: not this one");
            assertThat(here.bus.approvals().approve(no, "bob")).isInstanceOf(ApprovalDecision.AlreadyDecided.class);
        }
    }

    private static final class Host implements AutoCloseable {

        private final Redis redis;
        private final Memory memory;
        private final AgentBus bus;

        Host(String uri) {
            redis = Redis.builder(uri).patience(ofSeconds(5)).build();
            memory = RedisMemory.on(redis);
            until(redis::isReachable);
            bus = AgentBus.builder()
                    .approvals(ApprovalSettings.on(memory.approvals())
                            // whoever reads the line may look for the request: the store has it
                            .listener((record, event) -> {
                                if (record.state() == ApprovalState.PENDING) {
                                    System.out.println(record.id());
                                }
                            }))
                    .build();
        }

        @Override
        public void close() {
            bus.close();
            memory.close();
            redis.close();
        }
    }

    /** The other process. */
    static final class Waiting {

        public static void main(String... args) {
            try (Host host = new Host(args[0])) {
                AgentRef<String, String> writer = host.bus.register(
                        AgentSpec.<String, String>named("writer").handler((text, ctx) -> text));
                for (int i = 1; i <= 2; i++) {
                    Plan.Builder p = Plan.builder("report");
                    NodeRef<String> draft = p.node("draft", writer, "draft " + i);
                    NodeRef<ApprovalRecord> ok =
                            p.approval("review", draft, text -> Approval.of("Publish " + text + "?"));
                    NodeRef<String> published = p.node("publish", writer, draft).after(ok);
                    PlanResult result = host.bus
                            .submit(p.build(), Submit.by(ANN))
                            .orThrow()
                            .awaitOutcome(ofMinutes(2))
                            .orElseThrow()
                            .get();
                    System.out.println(
                            result.isComplete()
                                    ? "published " + result.get(published) + ", as "
                                            + result.get(ok).decidedBy() + " said"
                                    : "not published: " + why(result));
                }
            }
        }

        private static String why(PlanResult result) {
            ApprovalRecord no = ((ApprovalRefusedException) result.failed().get("review"))
                    .approval()
                    .orElseThrow();
            return no.decidedBy() + ": " + no.reason();
        }

        private Waiting() {}
    }

    private static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("waited too long").isNegative();
            LockSupport.parkNanos(5_000_000);
        }
    }
}
