package dev.mneme.events.stream;

import dev.mneme.events.stream.Delivery.Outcome;
import dev.mneme.events.stream.Delivery.Result;
import dev.mneme.events.stream.EncodedEvent.OrderKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * The rule of {@link EventSink} over anything that events can be appended to one by one. Guarded by the caller's lock.
 *
 * <p>At most {@value #MAX_LANES} lanes are kept, for they come from a host's own small set; more are refused.
 */
final class LaneFences {

    static final int MAX_LANES = 16_384;

    /** What appending one event came to; an empty reason for an event that was appended. */
    record Appended(Outcome outcome, String reason) {
        static final Appended DONE = new Appended(Outcome.DELIVERED, "");
    }

    private static final class LaneState {
        private Fence fence = Fence.NONE;
        private Set<UUID> left = Set.of();
    }

    private final Map<Lane, LaneState> lanes = new HashMap<>();

    Delivery deliver(EventBatch batch, Function<EncodedEvent, Appended> append) {
        LaneState lane = lane(Lane.of(batch.source(), batch.lane()));
        if (!batch.fence().isAbove(lane.fence)) {
            return new Delivery.Stale(lane.fence);
        }
        lane.fence = batch.fence();
        Set<UUID> before = lane.left;
        Set<UUID> left = new HashSet<>();
        Set<OrderKey> stopped = new HashSet<>();
        List<Result> results = new ArrayList<>();
        for (EncodedEvent event : batch.events()) {
            Result result = deliver(event, before, stopped, append);
            if (result.isSettled()) {
                left.add(event.id());
            } else if (event.orderKey() != null) {
                stopped.add(event.orderKey());
            }
            results.add(result);
        }
        lane.left = left;
        return new Delivery.Answered(results);
    }

    Resumption resume(String source, int number, Fence fence) {
        LaneState lane = lane(Lane.of(source, number));
        if (!fence.isAbove(lane.fence)) {
            return new Resumption.Stale(lane.fence);
        }
        lane.fence = fence;
        return new Resumption.Left(lane.left);
    }

    private static Result deliver(
            EncodedEvent event, Set<UUID> before, Set<OrderKey> stopped, Function<EncodedEvent, Appended> append) {
        if (before.contains(event.id())) {
            return Result.of(event, Outcome.DUPLICATE);
        }
        if (event.orderKey() != null && stopped.contains(event.orderKey())) {
            return new Result(event.id(), Outcome.NOT_TRIED, "an earlier event of its key does not stand yet");
        }
        Appended appended = append.apply(event);
        return new Result(event.id(), appended.outcome(), appended.reason());
    }

    private LaneState lane(Lane lane) {
        LaneState state = lanes.get(lane);
        if (state == null) {
            if (lanes.size() >= MAX_LANES) {
                throw new IllegalArgumentException("a sink keeps at most " + MAX_LANES + " lanes, had as many");
            }
            state = new LaneState();
            lanes.put(lane, state);
        }
        return state;
    }
}
