package dev.mneme.benchmarks.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Sinks of Reactor, one for each agent, whose messages go to a scheduler. */
final class ReactorPeer implements Peer {

    private record Question(long number, Sinks.One<Long> answer) {}

    private final Scheduler scheduler;
    private final List<Sinks.Many<Note>> agents = new ArrayList<>();
    private final Sinks.Many<Question> answering;

    ReactorPeer(int agents, Received received, boolean bounded) {
        scheduler = bounded ? Schedulers.newParallel("peer", 2) : Schedulers.newParallel("peer");
        for (int i = 0; i < agents; i++) {
            Sinks.Many<Note> sink = sink(bounded);
            sink.asFlux().publishOn(scheduler).subscribe(received::add);
            this.agents.add(sink);
        }
        answering = sink(bounded);
        answering
                .asFlux()
                .publishOn(scheduler)
                .subscribe(question -> question.answer().tryEmitValue(question.number()));
    }

    private static <T> Sinks.Many<T> sink(boolean bounded) {
        var spec = Sinks.many().unicast();
        return bounded ? spec.onBackpressureBuffer(new ArrayBlockingQueue<>(1_024)) : spec.onBackpressureBuffer();
    }

    /** Also false while another thread is telling it something. */
    @Override
    public boolean tell(int agent, Note note) {
        return agents.get(agent).tryEmitNext(note).isSuccess();
    }

    @Override
    public long ask(long number) {
        var question = new Question(number, Sinks.one());
        answering.tryEmitNext(question).orThrow();
        @Nullable Long answer = question.answer().asMono().block();
        return answer == null ? -1 : answer;
    }

    @Override
    public void close() {
        scheduler.dispose();
    }
}
