package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamEntry.text;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplaySignal.Item;
import dev.mneme.events.stream.spi.ReplayExtent;
import java.util.ArrayList;
import java.util.List;

/**
 * A session as Redis holds it at one moment.
 *
 * @param items the last events of it: all that are held, or those after some number, or none
 */
record ReplayWindow(ReplayExtent extent, List<Item> items, long bytes) {

    private static final int ID = 1;
    private static final int TYPE = 3;
    private static final int KEY = 5;
    private static final int PRIORITY = 7;
    private static final int DATA = 9;

    /** From the answer of the script. */
    static ReplayWindow of(Tenant tenant, List<?> answer) {
        String incarnation = text(answer.get(0));
        long base = (Long) answer.get(1);
        var items = new ArrayList<Item>();
        for (Object entry : (List<?>) answer.get(5)) {
            List<?> parts = (List<?>) entry;
            String id = text(parts.get(0));
            long number = Long.parseLong(id.substring(0, id.indexOf('-'))) - base;
            items.add(new Item(new ReplayId(incarnation, number), event(tenant, (List<?>) parts.get(1))));
        }
        var extent = new ReplayExtent(incarnation, (Long) answer.get(3), (Long) answer.get(2));
        return new ReplayWindow(extent, items, (Long) answer.get(4));
    }

    /** How many events are held. */
    long held() {
        return extent.last() - extent.oldest() + 1;
    }

    boolean isWhole() {
        return items.size() == held();
    }

    /** Whether all that came after this number is here. */
    boolean hasAllAfter(long number) {
        return extent.last() - items.size() <= number;
    }

    private static EncodedEvent event(Tenant tenant, List<?> fields) {
        String key = text(fields.get(KEY));
        Priority priority = Ranks.priority(Integer.parseInt(text(fields.get(PRIORITY))));
        return EncodedEvent.of(
                StreamEntry.uuid((byte[]) fields.get(ID)),
                text(fields.get(TYPE)),
                tenant,
                key.isEmpty() ? null : key.substring(1),
                priority,
                (byte[]) fields.get(DATA));
    }
}
