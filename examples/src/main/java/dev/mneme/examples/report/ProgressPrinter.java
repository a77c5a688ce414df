package dev.mneme.examples.report;

import dev.mneme.events.Decoded;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.agent.ApprovalRequestedV1;
import dev.mneme.events.agent.ApprovalResolvedV1;
import dev.mneme.events.agent.TaskCancelledV1;
import dev.mneme.events.agent.TaskCompletedV1;
import dev.mneme.events.agent.TaskFailedV1;
import dev.mneme.events.agent.TaskProgressV1;
import dev.mneme.events.agent.TaskStartedV1;
import dev.mneme.events.stream.ReplaySignal;
import dev.mneme.events.stream.ReplaySubscriber;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;

/** Prints what happens in a session, as a browser would show it that listens to the same events. */
final class ProgressPrinter implements ReplaySubscriber {

    private final EventCodec codec;
    private final PrintStream out;
    /** The agent of each task that has begun; a buffer calls a subscriber by one thread at a time. */
    private final Map<String, String> agents = new HashMap<>();

    ProgressPrinter(EventCodec codec, PrintStream out) {
        this.codec = codec;
        this.out = out;
    }

    @Override
    public void receive(ReplaySignal signal) {
        if (signal instanceof ReplaySignal.Item item) {
            if (codec.decode(item.event().bytes()) instanceof Decoded.Known known) {
                print(known.envelope().data());
            }
        } else if (signal instanceof ReplaySignal.Gap) {
            out.println("  (some events were missed)");
        }
    }

    private void print(Event event) {
        if (event instanceof TaskStartedV1 started) {
            agents.put(started.taskId(), started.agent());
            line(started.taskId(), started.attempt() == 1 ? "begins" : "tries again");
        } else if (event instanceof TaskProgressV1 progress) {
            line(progress.taskId(), progress.message() + " " + progress.percent() + " %");
        } else if (event instanceof TaskCompletedV1 completed) {
            line(completed.taskId(), "is done");
        } else if (event instanceof TaskFailedV1 failed) {
            line(failed.taskId(), "failed (" + failed.code() + ")");
        } else if (event instanceof TaskCancelledV1 cancelled) {
            line(cancelled.taskId(), "was called off");
        } else if (event instanceof ApprovalRequestedV1 requested) {
            out.println("  approval wanted: " + requested.question() + " (risk " + requested.risk() + ")");
        } else if (event instanceof ApprovalResolvedV1 resolved) {
            out.println("  approval: " + resolved.resolution());
        }
    }

    private void line(String task, String what) {
        String number = task.substring(task.lastIndexOf('-') + 1);
        out.println("  " + agents.getOrDefault(task, "task") + " #" + number + " " + what);
    }
}
