package dev.mneme.outbox;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The lanes that a relay owns, and its share of them. For the relay's own thread. */
final class Lanes {

    private final LaneTable table;
    private final String owner;
    private final Random random;
    private final Map<Integer, OwnedLane> owned = new HashMap<>();
    private final Set<OwnedLane> busy = new HashSet<>();

    Lanes(LaneTable table, String owner, Random random) {
        this.table = table;
        this.owner = owner;
        this.random = random;
    }

    int count() {
        return owned.size();
    }

    /** Those with nothing under way. */
    List<OwnedLane> idle() {
        return owned.values().stream().filter(lane -> !busy.contains(lane)).toList();
    }

    int busyCount() {
        return busy.size();
    }

    boolean isBusy(int number) {
        OwnedLane lane = owned.get(number);
        return lane != null && busy.contains(lane);
    }

    void begin(OwnedLane lane) {
        busy.add(lane);
    }

    /** Nothing of the lane is under way any more; answers whether it must be claimed anew. */
    boolean end(OwnedLane lane) throws SQLException {
        busy.remove(lane);
        if (lane.lost) {
            owned.remove(lane.number, lane);
            return true;
        }
        if (lane.leaving) {
            release(lane);
        }
        return false;
    }

    /** Brings what this relay owns in line with the table and with its share. */
    void tend(boolean reachesSink) throws SQLException {
        table.renew(reachesSink);
        int others = table.healthyOthers();
        List<LaneTable.Entry> entries = new ArrayList<>(table.lanes());
        entries.forEach(this::compare);
        int share = share(reachesSink, others);
        leave(owned.size() - share);
        Collections.shuffle(entries, random);
        for (LaneTable.Entry entry : entries) {
            boolean unknown = owner.equals(entry.owner()) && !owned.containsKey(entry.lane());
            if (unknown || (entry.isExpired() && !owned.containsKey(entry.lane()) && owned.size() < share)) {
                claim(entry);
            }
        }
        leave(owned.size() - share);
    }

    private static int share(boolean reachesSink, int others) {
        if (reachesSink) {
            return (OutboxRow.LANES + others) / (others + 1);
        }
        return others > 0 ? 0 : OutboxRow.LANES;
    }

    private void compare(LaneTable.Entry entry) {
        OwnedLane lane = owned.get(entry.lane());
        if (lane == null) {
            return;
        }
        boolean taken = !owner.equals(entry.owner());
        // the epoch of one that is busy may be about to rise, by its own doing
        if (taken || (entry.epoch() != lane.epoch() && !busy.contains(lane))) {
            owned.remove(entry.lane());
        } else if (entry.redrives() != lane.redrives) {
            lane.redrives = entry.redrives();
            lane.resetFloor();
        }
    }

    private void claim(LaneTable.Entry entry) throws SQLException {
        if (table.claim(entry.lane(), entry.epoch())) {
            owned.put(entry.lane(), new OwnedLane(entry.lane(), entry.epoch() + 1, entry.redrives()));
        }
    }

    private void leave(int surplus) throws SQLException {
        int left = 0;
        for (OwnedLane lane : List.copyOf(owned.values())) {
            lane.leaving = left < surplus;
            if (lane.leaving) {
                left++;
                if (!busy.contains(lane)) {
                    release(lane);
                }
            }
        }
    }

    /** Lets all go that have nothing under way. */
    void releaseAll() throws SQLException {
        Collection<OwnedLane> all = idle();
        for (OwnedLane lane : all) {
            release(lane);
        }
    }

    private void release(OwnedLane lane) throws SQLException {
        owned.remove(lane.number, lane);
        table.release(lane.number, lane.epoch());
    }
}
