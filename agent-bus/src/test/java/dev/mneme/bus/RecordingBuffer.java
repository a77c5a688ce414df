package dev.mneme.bus;

import dev.mneme.ErasureReceipt;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.stream.Attachment;
import dev.mneme.events.stream.ReplayBuffer;
import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplayReport;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.events.stream.ReplaySubscriber;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Keeps what is appended, after the test had its say: it may wait, or throw. */
final class RecordingBuffer implements ReplayBuffer {

    final List<Envelope<?>> events = new CopyOnWriteArrayList<>();
    volatile Consumer<Envelope<?>> before = event -> {};

    List<Event> of(SessionKey session) {
        return events.stream()
                .filter(event -> event.session().orElseThrow().equals(session))
                .<Event>map(Envelope::data)
                .toList();
    }

    @Override
    public ReplayId append(Envelope<?> event) {
        before.accept(event);
        events.add(event);
        return new ReplayId("a", events.size());
    }

    @Override
    public Attachment attach(SessionKey session, ReplayStart start, ReplaySubscriber subscriber) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ReplayReport monitor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
