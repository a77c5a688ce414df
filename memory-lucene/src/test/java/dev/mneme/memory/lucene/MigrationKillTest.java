package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.transfer.ContextMigration;
import dev.mneme.memory.context.transfer.MigrationPhase;
import dev.mneme.servers.ChildJvm;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A migration whose process dies by SIGKILL again and again, at each of its steps, ends with all of the old store. */
@Timeout(600)
class MigrationKillTest {

    private static final List<AgentKey> AGENTS =
            List.of(AgentKey.of("ann", "planner"), AgentKey.of("boris", "planner"));
    private static final int RECORDS = 30;
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path folder;

    private static Interaction record(int number) {
        return Interaction.of("r" + number, "payment number " + number).time(START.plusSeconds(number / 4));
    }

    private static List<Interaction> all(ContextStore store, AgentKey agent) {
        return store.agent(agent).scroll(1_000);
    }

    private ContextMigration migration(LuceneContextStore old, LuceneContextStore made) {
        return ContextMigration.from(old)
                .to(made)
                .batch(MoverProcess.BATCH)
                .stateIn(folder.resolve("state"))
                .open();
    }

    @Test
    void killedAtEveryStepItLosesNothingDoublesNothingAndCanBeRolledBack() throws Exception {
        try (LuceneContextStore old = MoverProcess.open(folder, "old")) {
            for (AgentKey agent : AGENTS) {
                for (int number = 0; number < RECORDS; number++) {
                    old.agent(agent).add(record(number));
                }
            }
        }
        var killedAt = new TreeSet<String>();
        int kills = killUntilDone(killedAt);

        assertThat(kills).isGreaterThanOrEqualTo(6);
        assertThat(killedAt).hasSize(3);
        try (LuceneContextStore old = MoverProcess.open(folder, "old");
                LuceneContextStore made = MoverProcess.open(folder, "new")) {
            for (AgentKey agent : AGENTS) {
                assertThat(all(made, agent)).hasSize(RECORDS).isEqualTo(all(old, agent));
            }
            ContextMigration migration = migration(old, made);
            assertThat(migration.phase()).isEqualTo(MigrationPhase.COPIED);
            List<Interaction> before = all(old, AGENTS.get(1));
            migration.switchOver();
            AgentContext agent = migration.store().agent(AGENTS.get(0));
            agent.delete("r0");
            agent.add(record(900));
            migration.rollback();

            assertThat(all(old, AGENTS.get(1))).isEqualTo(before);
            assertThat(all(old, AGENTS.get(0)))
                    .hasSize(RECORDS)
                    .contains(record(900))
                    .isEqualTo(all(migration.store(), AGENTS.get(0)));
        }
    }

    private int killUntilDone(Set<String> killedAt) throws Exception {
        var random = new Random(20_261_121);
        for (int kills = 0; ; kills++) {
            try (ChildJvm child = ChildJvm.start(MoverProcess.class, folder.toString())) {
                // a few steps each; the last ones have enough for the comparison of all, which begins anew
                int steps = 2 + random.nextInt(3) + 4 * Math.max(0, kills - 9);
                var printed = new ArrayList<String>();
                for (int step = 0; step < steps; step++) {
                    printed.add(child.line());
                    if (printed.get(step).equals("done")) {
                        child.rest(); // until it has closed the stores
                        return kills;
                    }
                    if (step < steps - 1) {
                        child.say("go");
                    }
                }
                killedAt.add(printed.get(steps - 1));
                child.kill();
                child.rest(); // until it is gone
            }
            // what a killed host wrote to the old store alone, before and behind the place that was noted
            try (LuceneContextStore old = MoverProcess.open(folder, "old")) {
                AgentContext agent = old.agent(AGENTS.get(kills % 2));
                agent.delete("r" + kills);
                agent.add(record(kills).importance(0.9));
                agent.add(record(RECORDS - 1 - kills).importance(0.1));
            }
        }
    }
}
