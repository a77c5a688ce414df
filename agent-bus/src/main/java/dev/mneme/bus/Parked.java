package dev.mneme.bus;

import dev.mneme.Tenant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tasks of plans for which their agent has no room yet. Tenants take turns. Bounded by the nodes of the plans that run. Used
 * under the mailbox's lock.
 */
final class Parked {

    private final Map<@Nullable Tenant, CellList> lines = new LinkedHashMap<>();
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    void add(TaskCell<?, ?> cell) {
        lines.computeIfAbsent(cell.submit.owner(), tenant -> new CellList()).addLast(cell);
        size++;
    }

    /** The first task of the first tenant that may have one more; that tenant's next turn comes last. */
    @Nullable
    TaskCell<?, ?> poll(Predicate<@Nullable Tenant> hasRoom) {
        for (Map.Entry<@Nullable Tenant, CellList> line : lines.entrySet()) {
            CellList cells = line.getValue();
            TaskCell<?, ?> cell = hasRoom.test(line.getKey()) ? cells.poll() : null;
            if (cell != null) {
                size--;
                drop(cell.submit.owner(), cells, true);
                return cell;
            }
        }
        return null;
    }

    void remove(TaskCell<?, ?> cell) {
        CellList cells = cell.list;
        if (cells != null) {
            cells.remove(cell);
            size--;
            drop(cell.submit.owner(), cells, false);
        }
    }

    private void drop(@Nullable Tenant tenant, CellList cells, boolean turnOver) {
        if (!turnOver && !cells.isEmpty()) {
            return;
        }
        lines.remove(tenant);
        if (!cells.isEmpty()) {
            lines.put(tenant, cells);
        }
    }
}
