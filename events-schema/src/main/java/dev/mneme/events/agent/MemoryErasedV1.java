package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import dev.mneme.events.Priority;

/**
 * All that a store held of a tenant was erased; which tenant, the envelope says.
 *
 * @param store the store's name, as in its receipt
 * @param records how many records it held
 */
@EventType(name = "memory.erased", version = 1, priority = Priority.CRITICAL)
public record MemoryErasedV1(String store, long records) implements Event {

    public MemoryErasedV1 {
        Check.notBlank(store, "store");
        Check.maxLength(store, 256, "store");
        Check.atLeast(records, 0, "records");
    }
}
