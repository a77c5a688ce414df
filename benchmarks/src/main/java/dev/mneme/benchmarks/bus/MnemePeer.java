package dev.mneme.benchmarks.bus;

import dev.mneme.bus.AgentBus;
import dev.mneme.bus.AgentRef;
import dev.mneme.bus.AgentSpec;
import dev.mneme.bus.Submission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Agents of a bus, on the threads that it has by itself: virtual ones where there are any. */
final class MnemePeer implements Peer {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AgentBus bus = AgentBus.create();
    private final List<AgentRef<Note, Boolean>> agents = new ArrayList<>();
    private final AgentRef<Long, Long> answering;

    MnemePeer(int agents, Received received, boolean oneAtATime) {
        for (int i = 0; i < agents; i++) {
            this.agents.add(bus.register(
                    MnemePeer.<Note, Boolean>spec("agent-" + i, oneAtATime).handler((note, ctx) -> {
                        received.add(note);
                        return true;
                    })));
        }
        answering =
                bus.register(MnemePeer.<Long, Long>spec("answering", oneAtATime).handler((number, ctx) -> number));
    }

    private static <I, O> AgentSpec.Builder<I, O> spec(String name, boolean oneAtATime) {
        AgentSpec.Builder<I, O> spec = AgentSpec.named(name);
        return oneAtATime ? spec.maxConcurrency(1).capacity(1_024) : spec;
    }

    @Override
    public boolean tell(int agent, Note note) {
        return agents.get(agent).submit(note) instanceof Submission.Accepted;
    }

    @Override
    public long ask(long number) {
        return answering
                .submit(number)
                .orThrow()
                .awaitOutcome(MINUTE)
                .orElseThrow()
                .get();
    }

    @Override
    public void close() {
        bus.close();
    }
}
