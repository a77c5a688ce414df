package dev.mneme.benchmarks.bus;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A library as it comes, or so bounded that a flood cannot fill the heap. A library that takes everything, or drops in silence
 * what is too much, gets its bound from the sender: so many messages may be on their way.
 */
public enum Setting {
    /** One task at a time, as an actor has it; 1,024 may wait. */
    MNEME {
        @Override
        Peer start(int agents, Received received) {
            return new MnemePeer(agents, received, true);
        }
    },
    /** Three at a time, 1,000 may wait. */
    MNEME_DEFAULT {
        @Override
        Peer start(int agents, Received received) {
            return new MnemePeer(agents, received, false);
        }
    },
    /** A mailbox of 1,024, which drops what is more; two threads. */
    PEKKO_BOUNDED {
        @Override
        Peer start(int agents, Received received) {
            return new Window(new PekkoPeer(agents, received, true), received);
        }
    },
    /** No bound; eight threads. */
    PEKKO_DEFAULT {
        @Override
        Peer start(int agents, Received received) {
            return new PekkoPeer(agents, received, false);
        }
    },
    /** Two event loops. */
    VERTX_BOUNDED {
        @Override
        Peer start(int agents, Received received) {
            return new Window(new VertxPeer(agents, received, true), received);
        }
    },
    /** No bound; twice as many event loops as processors. */
    VERTX_DEFAULT {
        @Override
        Peer start(int agents, Received received) {
            return new VertxPeer(agents, received, false);
        }
    },
    /** A sink with a queue of 1,024 for each agent, on two threads. */
    REACTOR_BOUNDED {
        @Override
        Peer start(int agents, Received received) {
            return new ReactorPeer(agents, received, true);
        }
    },
    /** No bound; as many threads as processors. */
    REACTOR_DEFAULT {
        @Override
        Peer start(int agents, Received received) {
            return new ReactorPeer(agents, received, false);
        }
    },
    /** One thread and a queue of 1,024 for all agents. */
    FUTURE_BOUNDED {
        @Override
        Peer start(int agents, Received received) {
            return new FuturePeer(received, true);
        }
    },
    /** The common pool: no bound, no order, no agents. */
    FUTURE_DEFAULT {
        @Override
        Peer start(int agents, Received received) {
            return new FuturePeer(received, false);
        }
    };

    abstract Peer start(int agents, Received received);

    /** Bounds what is on its way from each sender, to a fourth of what one agent's queue holds. */
    private record Window(Peer peer, Received received, AtomicLongArray sent) implements Peer {

        private static final int EACH = 1_024 / Received.SENDERS;
        private static final int LINE = 16;

        Window(Peer peer, Received received) {
            this(peer, received, new AtomicLongArray(Received.SENDERS * LINE));
        }

        @Override
        public boolean tell(int agent, Note note) {
            int sender = note.sender();
            long before = sent.get(sender * LINE);
            if (before - received.from(sender) >= EACH || !peer.tell(agent, note)) {
                return false;
            }
            sent.lazySet(sender * LINE, before + 1);
            return true;
        }

        @Override
        public long ask(long number) {
            return peer.ask(number);
        }

        @Override
        public void close() {
            peer.close();
        }
    }
}
