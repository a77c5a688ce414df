package dev.mneme.bus;

import org.jspecify.annotations.Nullable;

/** A queue whose links are in the tasks themselves: to add, to take and to remove from the middle allocate nothing. */
final class CellList {

    private @Nullable TaskCell<?, ?> first;
    private @Nullable TaskCell<?, ?> last;

    boolean isEmpty() {
        return first == null;
    }

    void addLast(TaskCell<?, ?> cell) {
        cell.list = this;
        cell.before = last;
        if (last == null) {
            first = cell;
        } else {
            last.behind = cell;
        }
        last = cell;
    }

    void addFirst(TaskCell<?, ?> cell) {
        cell.list = this;
        cell.behind = first;
        if (first == null) {
            last = cell;
        } else {
            first.before = cell;
        }
        first = cell;
    }

    @Nullable
    TaskCell<?, ?> poll() {
        TaskCell<?, ?> cell = first;
        if (cell != null) {
            remove(cell);
        }
        return cell;
    }

    void remove(TaskCell<?, ?> cell) {
        TaskCell<?, ?> before = cell.before;
        TaskCell<?, ?> behind = cell.behind;
        if (before == null) {
            first = behind;
        } else {
            before.behind = behind;
        }
        if (behind == null) {
            last = before;
        } else {
            behind.before = before;
        }
        cell.before = null;
        cell.behind = null;
        cell.list = null;
    }
}
