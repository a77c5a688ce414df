package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.spi.Sessions.Session;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

    private final BitSet matching;
    private final boolean allMatch;
    private final double weight;
    private final double[] own;
    /** By the place in the session at hand. */
    private double[] fromBefore = new double[64];

    private final Set<Session> touched = new LinkedHashSet<>();
    private @Nullable Session lastTouched;

    /** Takes what a turn has together with its neighbours. */
    @FunctionalInterface
    interface Taker {
        void take(int row, double value);
    }

    /**
     * @param allMatch whether {@code matching} has all turns, and need not be looked at
     * @param rows one more than the highest row
     * @param weight how much the neighbours count; 0 for not at all
     */
    Window(BitSet matching, boolean allMatch, int rows, double weight) {
        this.matching = matching;
        this.allMatch = allMatch;
        this.weight = weight;
        this.own = new double[rows];
    }

    /** Gives a turn of the session a value of its own, unless it has a higher one. */
    void raise(Session session, int row, double value) {
        if (matches(row)) {
            own[row] = Math.max(own[row], value);
            if (session != lastTouched) { // one turn of a session is mostly followed by another
                touched.add(session);
                lastTouched = session;
            }
        }
    }

    /** Hands over each turn of the sessions in which a turn has a value, and forgets the values. */
    void spread(Taker taker) {
        for (Session session : touched) {
            spread(session, taker);
        }
        touched.clear();
        lastTouched = null;
    }

    private void spread(Session session, Taker taker) {
        int size = session.size();
        if (fromBefore.length < size) {
            fromBefore = new double[Math.max(size, fromBefore.length * 2)];
        }
        double carried = 0;
        for (int at = 0; at < size; at++) {
            int row = session.row(at);
            if (matches(row)) {
                fromBefore[at] = carried;
                carried = own[row] + DECAY * carried;
            }
        }
        carried = 0;
        for (int at = size - 1; at >= 0; at--) {
            int row = session.row(at);
            if (matches(row)) {
                double value = own[row];
                double around = BEFORE * fromBefore[at] + AFTER * carried;
                carried = value + DECAY * carried;
                taker.take(row, value + weight * around);
                own[row] = 0;
            }
        }
    }

    private boolean matches(int row) {
        return allMatch || matching.get(row);
    }
}
