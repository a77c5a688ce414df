package dev.mneme.benchmarks.bus;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.MailboxSelector;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Typed actors of Pekko. */
final class PekkoPeer implements Peer {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String QUIET = "pekko.log-dead-letters = off, pekko.loglevel = \"WARNING\"\n";
    private static final String TWO_THREADS =
            "pekko.actor.default-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-max = 2 }\n";

    private record Question(long number, ActorRef<Long> replyTo) {}

    private record Actors(List<ActorRef<Note>> agents, ActorRef<Question> answering) {}

    private final ActorSystem<Void> system;
    private final Actors actors;

    PekkoPeer(int agents, Received received, boolean bounded) {
        Config config = ConfigFactory.parseString(bounded ? QUIET + TWO_THREADS : QUIET);
        Props props = bounded ? MailboxSelector.bounded(1_024) : Props.empty();
        var begun = new CompletableFuture<Actors>();
        Behavior<Void> guardian = Behaviors.setup(context -> {
            List<ActorRef<Note>> all = new ArrayList<>();
            for (int i = 0; i < agents; i++) {
                all.add(context.spawn(counting(received), "agent-" + i, props));
            }
            begun.complete(new Actors(all, context.spawn(answering(), "answering", props)));
            return Behaviors.empty();
        });
        system = ActorSystem.create(guardian, "peer", config.withFallback(ConfigFactory.load()));
        actors = begun.join();
    }

    private static Behavior<Note> counting(Received received) {
        return Behaviors.receiveMessage(note -> {
            received.add(note);
            return Behaviors.same();
        });
    }

    private static Behavior<Question> answering() {
        return Behaviors.receiveMessage(question -> {
            question.replyTo().tell(question.number());
            return Behaviors.same();
        });
    }

    @Override
    public boolean tell(int agent, Note note) {
        actors.agents().get(agent).tell(note);
        return true;
    }

    @Override
    public long ask(long number) {
        return AskPattern.<Question, Long>ask(
                        actors.answering(), replyTo -> new Question(number, replyTo), MINUTE, system.scheduler())
                .toCompletableFuture()
                .join();
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
