package dev.mneme.memory.redis.stream;

import dev.mneme.Tenant;
import dev.mneme.events.Priority;
import dev.mneme.events.stream.EncodedEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where events are kept in order: an event that waits for its next delivery holds back the later ones of its tenant, key and
 * priority. Guarded by the consumer's lock.
 */
final class KeyHolds {

    private record Place(Tenant tenant, String key, Priority priority) {}

    private static final class Hold {
        private final Held first;
        private final List<Held> behind = new ArrayList<>();

        private Hold(Held first) {
            this.first = first;
        }
    }

    private final boolean ordered;
    private final Map<Place, Hold> holds = new HashMap<>();

    /**
     * @param ordered whether there is an order at all
     */
    KeyHolds(boolean ordered) {
        this.ordered = ordered;
    }

    boolean isEmpty() {
        return holds.isEmpty();
    }

    /** Has later ones wait, unless an earlier one does so already. */
    void begin(Held first) {
        place(first).ifPresent(place -> holds.putIfAbsent(place, new Hold(first)));
    }

    /** Whether an earlier event holds this one back, which then is kept here. */
    boolean keepBehind(Held held) {
        Hold hold = place(held).map(holds::get).orElse(null);
        if (hold == null || hold.first == held) {
            return false;
        }
        hold.behind.add(held);
        return true;
    }

    /** Those that this event held back, if it did. */
    List<Held> end(Held held) {
        Optional<Place> place = place(held);
        Hold hold = place.map(holds::get).orElse(null);
        if (hold == null || hold.first != held) {
            return List.of();
        }
        place.ifPresent(holds::remove);
        return hold.behind;
    }

    /** One that is kept here has gone elsewhere. */
    void remove(Held behind) {
        holds.values().forEach(hold -> hold.behind.remove(behind));
    }

    private Optional<Place> place(Held held) {
        if (!ordered) {
            return Optional.empty();
        }
        EncodedEvent event = held.event();
        return event.key().map(key -> new Place(event.tenant(), key, event.priority()));
    }
}
