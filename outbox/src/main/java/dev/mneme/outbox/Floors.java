package dev.mneme.outbox;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.mneme.Ticker;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Raises the floors of lanes, below which a fetch does not look, so that it does not read over and over what was deleted
 * and cannot be removed while somebody holds an old snapshot. A floor is a hint: it starts at zero with each ownership,
 * and again every minute.
 */
final class Floors {

    private static final long EVERY_NANOS = SECONDS.toNanos(1);
    private static final long RESET_NANOS = SECONDS.toNanos(60);

    private final Dialect dialect;
    private final Ticker ticker;
    private long lastNanos;
    private long resetNanos;

    Floors(Dialect dialect, Ticker ticker) {
        this.dialect = dialect;
        this.ticker = ticker;
        this.lastNanos = ticker.nanos();
        this.resetNanos = lastNanos;
    }

    /** Whether it is time, and there is something that was settled since the last. */
    boolean isDue(List<OwnedLane> lanes) {
        return ticker.nanos() - lastNanos >= EVERY_NANOS
                && lanes.stream().anyMatch(lane -> lane.settledSinceNote || lane.note != null);
    }

    void tend(Connection connection, List<OwnedLane> lanes) throws SQLException {
        long now = ticker.nanos();
        lastNanos = now;
        if (now - resetNanos >= RESET_NANOS) {
            resetNanos = now;
            lanes.forEach(OwnedLane::resetFloor);
        }
        for (OwnedLane lane : lanes) {
            FloorNote note = lane.note;
            if (note != null) {
                OptionalLong risen = dialect.risenFloor(connection, lane.number, lane.floor, note);
                if (risen.isPresent()) {
                    lane.floor = Math.max(lane.floor, risen.getAsLong());
                    lane.note = null;
                }
            }
        }
        List<OwnedLane> unnoted = lanes.stream()
                .filter(lane -> lane.note == null && lane.settledSinceNote)
                .toList();
        if (!unnoted.isEmpty()) {
            FloorNote note = dialect.note(connection);
            for (OwnedLane lane : unnoted) {
                lane.note = note;
                lane.settledSinceNote = false;
            }
        }
    }
}
