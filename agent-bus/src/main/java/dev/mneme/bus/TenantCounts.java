package dev.mneme.bus;

import dev.mneme.Tenant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How many tasks of each tenant wait for an agent. Holds only those that have any. Used under the mailbox's lock. */
final class TenantCounts {

    private @Nullable Map<Tenant, Integer> waiting;

    int of(@Nullable Tenant tenant) {
        return tenant == null || waiting == null ? 0 : waiting.getOrDefault(tenant, 0);
    }

    void add(@Nullable Tenant tenant, int change) {
        if (tenant == null) {
            return;
        }
        if (waiting == null) {
            waiting = new HashMap<>();
        }
        waiting.merge(tenant, change, (had, by) -> had + by == 0 ? null : Integer.valueOf(had + by));
        if (waiting.isEmpty()) {
            waiting = null;
        }
    }
}
