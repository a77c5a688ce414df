package dev.mneme.bus;

import dev.mneme.Tenant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many tasks of each tenant wait for an agent. Holds only those that have any. Used under the mailbox's lock. */
final class TenantCounts {

    private final Map<Tenant, Integer> waiting = new HashMap<>();

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int of(@Nullable Tenant tenant) {
        return tenant == null ? 0 : waiting.getOrDefault(tenant, 0);
    }

    void add(Tenant tenant, int change) {
        waiting.merge(tenant, change, (had, by) -> had + by == 0 ? null : Integer.valueOf(had + by));
    }
}
