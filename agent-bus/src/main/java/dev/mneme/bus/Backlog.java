package dev.mneme.bus;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.spi.PriorityTurns;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that could have a slot: the four priorities take turns by their weights, in each the tenants take turns one by
 * one, and a tenant's own tasks go in their order. Used under the mailbox's lock.
 *
 * <p>All tasks count the same, so deficit round robin is plain round robin: no tenant ever has a deficit to carry over.
 */
final class Backlog {

    private final PriorityTurns turns = new PriorityTurns();
    private final Map<Priority, Band> bands = new EnumMap<>(Priority.class);
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void addLast(TaskCell<?, ?> cell) {
        line(cell).tasks.addLast(cell);
        size++;
    }

    /** For a task that waited before, and whose turn had come then. */
    void addFirst(TaskCell<?, ?> cell) {
        line(cell).tasks.addFirst(cell);
        size++;
    }

    @Nullable
    TaskCell<?, ?> poll() {
        Priority priority = turns.next(this::isWaiting);
        Band band = priority == null ? null : bands.get(priority);
        if (band == null) {
            return null;
        }
        size--;
        return band.poll();
    }

    /** Nothing if it is not here. */
    void remove(TaskCell<?, ?> cell) {
        if (cell.list == null) {
            return;
        }
        Band band = bands.get(cell.submit.priority());
        if (band != null) {
            band.remove(cell);
            size--;
        }
    }

    private boolean isWaiting(Priority priority) {
        Band band = bands.get(priority);
        return band != null && band.turn != null;
    }

    private Line line(TaskCell<?, ?> cell) {
        Band band = bands.computeIfAbsent(cell.submit.priority(), priority -> new Band());
        return band.line(cell.submit.owner());
    }

    /** The tasks of one tenant in one priority, and its place in the ring. */
    private static final class Line {

        private final @Nullable Tenant tenant;
        private final CellList tasks = new CellList();
        private Line next;
        private Line previous;

        Line(@Nullable Tenant tenant) {
            this.tenant = tenant;
            this.next = this;
            this.previous = this;
        }
    }

    /** The tenants of one priority that have tasks, in a ring. */
    private static final class Band {

        private final Map<@Nullable Tenant, Line> lines = new HashMap<>();
        /** Whose turn it is; null if nobody waits. */
        private @Nullable Line turn;

        /** A tenant that is new comes last: just before the one whose turn it is. */
        Line line(@Nullable Tenant tenant) {
            Line line = lines.get(tenant);
            if (line == null) {
                line = new Line(tenant);
                lines.put(tenant, line);
                if (turn == null) {
                    turn = line;
                } else {
                    line.next = turn;
                    line.previous = turn.previous;
                    turn.previous.next = line;
                    turn.previous = line;
                }
            }
            return line;
        }

        @Nullable
        TaskCell<?, ?> poll() {
            Line line = turn;
            if (line == null) {
                return null;
            }
            TaskCell<?, ?> cell = line.tasks.poll();
            turn = line.next;
            dropIfEmpty(line);
            return cell;
        }

        void remove(TaskCell<?, ?> cell) {
            Line line = lines.get(cell.submit.owner());
            if (line != null) {
                line.tasks.remove(cell);
                dropIfEmpty(line);
            }
        }

        private void dropIfEmpty(Line line) {
            if (!line.tasks.isEmpty()) {
                return;
            }
            lines.remove(line.tenant);
            if (line.next == line) {
                turn = null;
                return;
            }
            line.previous.next = line.next;
            line.next.previous = line.previous;
            if (turn == line) {
                turn = line.next;
            }
        }
    }
}
