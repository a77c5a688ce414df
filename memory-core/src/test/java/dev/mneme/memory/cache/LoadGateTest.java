package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LoadGateTest {

    private final Deque<Runnable> threads = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();
    private boolean refusing;
    private final LoadGate gate = new LoadGate(2, task -> {
        if (refusing) {
            throw new RejectedExecutionException("no threads");
        }
        threads.add(task);
    });

    @Test
    void asManyRunAsThereArePermitsAndTheOthersInOrderOfTheirComing() {
        for (String name : List.of("a", "b", "c", "d")) {
            assertThat(gate.submit(load(name))).isTrue();
        }
        assertThat(threads).hasSize(2);
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
        assertThat(done).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aLoadThatThrowsGivesItsPermitBack() {
        gate.submit(new Load("thrown") {
            @Override
            public void run() {
                throw new IllegalStateException("its own trouble");
            }
        });
        gate.submit(load("b"));
        gate.submit(load("c"));
        try {
            threads.remove().run();
        } catch (IllegalStateException e) {
            done.add(e.getMessage());
        }
        threads.forEach(Runnable::run);
        assertThat(done).containsExactly("its own trouble", "b", "c");
    }

    @Test
    void whoCannotHaveAThreadIsToldSoAndNobodyElse() {
        gate.submit(load("a"));
        gate.submit(load("b"));
        gate.submit(load("c"));
        gate.submit(load("d"));
        refusing = true;
        threads.remove().run();
        assertThat(done).containsExactly("a", "refused c", "refused d");
        refusing = false;
        gate.submit(load("e"));
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
        assertThat(done).as("no permit was lost").containsExactly("a", "refused c", "refused d", "b", "e");
    }

    @Test
    void onlySoManyMayWait() {
        for (int i = 0; i < LoadGate.MAX_WAITING + 2; i++) {
            assertThat(gate.submit(load("x"))).isTrue();
        }
        assertThat(gate.submit(load("one too many"))).isFalse();
        threads.remove().run();
        assertThat(gate.submit(load("room again"))).isTrue();
    }

    private Load load(String name) {
        return new Load(name);
    }

    private class Load implements LoadGate.Load {
        private final String name;

        Load(String name) {
            this.name = name;
        }

        @Override
        public void run() {
            done.add(name);
        }

        @Override
        public void refused(RejectedExecutionException why) {
            done.add("refused " + name);
        }
    }
}
