package dev.mneme.bus;

import dev.mneme.Tenant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of one agent that wait: how many there may be, and which of them goes on next. Used under the mailbox's lock, but
 * for {@link #isFull}.
 */
final class Waiting {

    private final AgentSpec<?, ?> limits;
    /** {@code queued + backingOff + lent}; read without the lock, so that to say no is only to read. */
    private volatile int total;

    private int queued;
    private int backingOff;
    private int lent;

    // null when there is nothing in it, so that an idle agent is small
    private @Nullable Backlog backlog;
    private @Nullable Map<Submit.OrderKey, KeyLine> lines;
    private @Nullable TenantCounts tenants;
    private @Nullable Parked parked;

    Waiting(AgentSpec<?, ?> limits) {
        this.limits = limits;
    }

    /** Whether as many tasks wait as may. Without the lock. */
    boolean isFull() {
        return total >= limits.capacity;
    }

    boolean isFullFor(@Nullable Tenant tenant) {
        return tenants != null && tenants.of(tenant) >= limits.tenantCapacity;
    }

    /** Whether {@link #poll} would find a task. */
    boolean hasReady() {
        return backlog != null;
    }

    int queued() {
        return queued;
    }

    int backingOff() {
        return backingOff;
    }

    int lent() {
        return lent;
    }

    int parked() {
        return parked == null ? 0 : parked.size();
    }

    // ---- coming in

    /** Last in its turn, or behind the others of its key. */
    void enter(TaskCell<?, ?> cell) {
        change(cell, 1, 0, 0);
        cell.queuedNow();
        KeyLine line = lineOf(cell);
        if (line == null || line.holder == cell) {
            cell.status = TaskStatus.QUEUED;
            backlog().addLast(cell);
        } else {
            cell.status = TaskStatus.BEHIND_KEY;
            line.behind.addLast(cell);
        }
    }

    /** Beside the queue if it is full; for a task whose room is bounded elsewhere. */
    void enterOrPark(TaskCell<?, ?> cell) {
        if (!isFull() && !isFullFor(cell.submit.owner())) {
            enter(cell);
            return;
        }
        cell.status = TaskStatus.PARKED;
        cell.note("parked");
        if (parked == null) {
            parked = new Parked();
        }
        parked.add(cell);
    }

    /** Those beside the queue, as far as there is room. */
    void enterParked() {
        while (parked != null && !isFull()) {
            TaskCell<?, ?> cell = parked.poll(tenant -> !isFullFor(tenant));
            if (cell == null) {
                return;
            }
            dropEmptyParked();
            enter(cell);
        }
    }

    // ---- going on

    /** The task whose turn it is; null if there is none. It counts as queued until it begins, or leaves. */
    @Nullable
    TaskCell<?, ?> poll() {
        if (backlog == null) {
            return null;
        }
        TaskCell<?, ?> cell = backlog.poll();
        dropEmptyBacklog();
        return cell;
    }

    void begin(TaskCell<?, ?> cell) {
        change(cell, -1, 0, 0);
        cell.status = TaskStatus.RUNNING;
    }

    void backOff(TaskCell<?, ?> cell) {
        cell.status = TaskStatus.BACKING_OFF;
        change(cell, 0, 1, 0);
    }

    /** Its wait between two attempts is over: it was accepted before whatever of its tenant waits now. */
    void again(TaskCell<?, ?> cell) {
        change(cell, 1, -1, 0);
        cell.queuedNow();
        cell.status = TaskStatus.QUEUED;
        backlog().addFirst(cell);
    }

    /** Its handler waits for something, and its slot is free. */
    void lend(TaskCell<?, ?> cell) {
        change(cell, 0, 0, 1);
        cell.status = TaskStatus.AWAITING;
    }

    void regain(TaskCell<?, ?> cell) {
        change(cell, 0, 0, -1);
        cell.status = TaskStatus.RUNNING;
    }

    // ---- the end of a task

    /** It ends, and waits no more, if it did. */
    void leave(TaskCell<?, ?> cell) {
        switch (cell.status.detail()) {
            case PARKED -> {
                if (parked != null) {
                    parked.remove(cell);
                    dropEmptyParked();
                }
            }
            case BEHIND_KEY -> {
                change(cell, -1, 0, 0);
                if (cell.list != null) {
                    cell.list.remove(cell);
                }
            }
            case BACKING_OFF -> change(cell, 0, -1, 0);
            case AWAITING -> change(cell, 0, 0, -1);
            default -> {
                if (cell.status.equals(TaskStatus.QUEUED)) {
                    change(cell, -1, 0, 0);
                    if (backlog != null) {
                        backlog.remove(cell);
                        dropEmptyBacklog();
                    }
                }
            }
        }
    }

    /** The next task of its key, if there is one, may have a slot. */
    void passKey(TaskCell<?, ?> cell) {
        KeyLine line = cell.line;
        cell.line = null;
        if (line == null || line.holder != cell) {
            return;
        }
        TaskCell<?, ?> next = line.behind.poll();
        if (next != null) {
            line.holder = next;
            next.status = TaskStatus.QUEUED;
            backlog().addLast(next);
            return;
        }
        if (lines != null) {
            lines.remove(cell.submit.orderKey());
            if (lines.isEmpty()) {
                lines = null;
            }
        }
    }

    private @Nullable KeyLine lineOf(TaskCell<?, ?> cell) {
        Submit.OrderKey key = cell.submit.orderKey();
        if (key == null) {
            return null;
        }
        if (lines == null) {
            lines = new HashMap<>();
        }
        KeyLine line = lines.computeIfAbsent(key, k -> new KeyLine(cell));
        cell.line = line;
        return line;
    }

    private void change(TaskCell<?, ?> cell, int more, int moreBackingOff, int moreLent) {
        queued += more;
        backingOff += moreBackingOff;
        lent += moreLent;
        total = queued + backingOff + lent;
        Tenant tenant = cell.submit.owner();
        if (tenant == null) {
            return;
        }
        if (tenants == null) {
            tenants = new TenantCounts();
        }
        tenants.add(tenant, more + moreBackingOff + moreLent);
        if (tenants.isEmpty()) {
            tenants = null;
        }
    }

    private Backlog backlog() {
        if (backlog == null) {
            backlog = new Backlog();
        }
        return backlog;
    }

    private void dropEmptyBacklog() {
        if (backlog != null && backlog.isEmpty()) {
            backlog = null;
        }
    }

    private void dropEmptyParked() {
        if (parked != null && parked.isEmpty()) {
            parked = null;
        }
    }
}
