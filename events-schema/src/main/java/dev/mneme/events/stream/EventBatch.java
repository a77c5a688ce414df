package dev.mneme.events.stream;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;

/**
 * The next events of a lane, in their order.
 *
 * @param source where the lane is, as an outbox's name: {@value Lane#MAX_SOURCE_LENGTH} printable ASCII characters at most
 * @param lane the number of the lane within its source; 0 to {@value Lane#MAX_LANE}
 * @param fence higher than that of every earlier call of this lane
 * @param events 1 to {@value #MAX_EVENTS}, no two with the same id
 */
public record EventBatch(String source, int lane, Fence fence, List<EncodedEvent> events) {

    /** The most events of a batch. */
    public static final int MAX_EVENTS = 10_000;

    /**
     * @throws IllegalArgumentException if source, lane or the number of events is out of its range, or two events have
     *     the same id
     */
    public EventBatch {
        Lane.check(source, lane);
        requireNonNull(fence, "fence");
        events = List.copyOf(events);
        if (events.isEmpty() || events.size() > MAX_EVENTS) {
            throw new IllegalArgumentException(
                    "a batch must have 1 to " + MAX_EVENTS + " events, had " + events.size());
        }
        var ids = new HashSet<>();
        for (EncodedEvent event : events) {
            if (!ids.add(event.id())) {
                throw new IllegalArgumentException(
                        "the events of a batch must have different ids, had " + event.id() + " twice");
            }
        }
    }
}
