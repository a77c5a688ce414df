package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.spi.Sessions.Session;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Spreads values of turns to the turns around them: each turn gets its own value, and those of its neighbours, less for each
 * step away. Turns that the filter refuses are passed over, as if they were not there.
 *
 * <p>Every turn of a session that has a value is walked through twice, so the cost is that of the sessions touched. Turns are
 * summed in the order of their session: the sums do not depend on how a store lays out its rows.
 */
final class Window {

    private static final double BEFORE = 0.6;
    private static final double AFTER = 0.4;
    private static final double DECAY = 0.6;

    private final Sessions sessions;
    private final BitSet matching;
    private final double weight;
    private final double[] own;
    private final double[] fromBefore;
    private final Set<Session> touched = new LinkedHashSet<>();

    /** Takes what a turn has together with its neighbours. */
    @FunctionalInterface
    interface Taker {
        void take(int row, double value);
    }

    /**
     * @param rows one more than the highest row
     * @param weight how much the neighbours count; 0 for not at all
     */
    Window(Sessions sessions, BitSet matching, int rows, double weight) {
        this.sessions = sessions;
        this.matching = matching;
        this.weight = weight;
        this.own = new double[rows];
        this.fromBefore = new double[rows];
    }

    /** Gives the turn in a row a value of its own, unless it has a higher one. */
    void raise(int row, double value) {
        Session session = sessions.of(row);
        if (session != null && matching.get(row)) {
            own[row] = Math.max(own[row], value);
            touched.add(session);
        }
    }

    /** Hands over each turn of the sessions in which a turn has a value, and forgets the values. */
    void spread(Taker taker) {
        for (Session session : touched) {
            spread(session, taker);
        }
        touched.clear();
    }

    private void spread(Session session, Taker taker) {
        double carried = 0;
        for (int at = 0; at < session.size(); at++) {
            int row = session.row(at);
            if (matching.get(row)) {
                fromBefore[row] = carried;
                carried = own[row] + DECAY * carried;
            }
        }
        carried = 0;
        for (int at = session.size() - 1; at >= 0; at--) {
            int row = session.row(at);
            if (matching.get(row)) {
                double around = BEFORE * fromBefore[row] + AFTER * carried;
                carried = own[row] + DECAY * carried;
                taker.take(row, own[row] + weight * around);
                own[row] = 0;
            }
        }
    }
}
