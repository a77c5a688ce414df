package dev.mneme.benchmarks.bus;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/** Addresses of Vert.x's event bus, one consumer each; within the process, so that nothing is encoded. */
final class VertxPeer implements Peer {

    private static final String ANSWERING = "answering";

    private final Vertx vertx;
    private final EventBus bus;
    private final DeliveryOptions local = new DeliveryOptions().setLocalOnly(true);
    private final String[] addresses;

    VertxPeer(int agents, Received received, boolean bounded) {
        var options = new VertxOptions();
        vertx = Vertx.vertx(bounded ? options.setEventLoopPoolSize(2) : options);
        bus = vertx.eventBus();
        bus.registerDefaultCodec(Note.class, new AsItIs());
        addresses = new String[agents];
        for (int i = 0; i < agents; i++) {
            addresses[i] = "agent-" + i;
            bus.<Note>localConsumer(addresses[i], message -> received.add(message.body()));
        }
        bus.<Long>localConsumer(ANSWERING, message -> message.reply(message.body()));
    }

    @Override
    public boolean tell(int agent, Note note) {
        bus.send(addresses[agent], note, local);
        return true;
    }

    @Override
    public long ask(long number) {
        return bus.<Long>request(ANSWERING, number, local)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .body();
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static final class AsItIs implements MessageCodec<Note, Note> {

        @Override
        public void encodeToWire(Buffer buffer, Note note) {
            throw new UnsupportedOperationException("stays in the process");
        }

        @Override
        public Note decodeFromWire(int position, Buffer buffer) {
            throw new UnsupportedOperationException("stays in the process");
        }

        @Override
        public Note transform(Note note) {
            return note;
        }

        @Override
        public String name() {
            return "as-it-is";
        }

        @Override
        public byte systemCodecID() {
            return -1;
        }
    }
}
