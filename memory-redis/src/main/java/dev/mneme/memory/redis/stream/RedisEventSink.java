package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;
import static dev.mneme.memory.redis.stream.StreamEntry.text;

import dev.mneme.KeyPath;
import dev.mneme.Tenant;
import dev.mneme.events.stream.Delivery;
import dev.mneme.events.stream.Delivery.Outcome;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventBatch;
import dev.mneme.events.stream.EventSink;
import dev.mneme.events.stream.Fence;
import dev.mneme.events.stream.Resumption;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/** Appends to the stream; each call is one script, which decides by the lane's fence whether anything is done. */
final class RedisEventSink implements EventSink {

    /** Lanes come from a host's own small set. */
    static final int MAX_LANES = 16_384;
    /** What one call carries at most; a batch of more is taken in part. */
    static final long MAX_CALL_BYTES = 32L << 20;

    private static final byte[] NOTHING = {};
    private static final int HALF_FENCE = 19;

    private record Place(Tenant tenant, String key) {}

    /** How an event is sent: to be appended, or only to be looked for, and then why it is not appended. */
    private record Sent(EncodedEvent event, Outcome otherwise, String reason) {

        boolean isForAppending() {
            return otherwise == Outcome.DELIVERED;
        }
    }

    private final StreamCalls calls;
    private final Runnable checkOpen;
    private final int capacity;
    private final int maxEventBytes;

    RedisEventSink(StreamCalls calls, Runnable checkOpen, int capacity, int maxEventBytes) {
        this.calls = calls;
        this.checkOpen = checkOpen;
        this.capacity = capacity;
        this.maxEventBytes = maxEventBytes;
    }

    @Override
    public Delivery deliver(EventBatch batch) {
        checkOpen.run();
        List<Sent> sent = sort(batch.events());
        List<?> answer = append(lane(batch.source(), batch.lane()), bytes(written(batch.fence())), sent);
        String held = text(answer.get(0));
        if (!held.isEmpty()) {
            return new Delivery.Stale(fence(held));
        }
        String outcomes = text(answer.get(1));
        checkLanes(outcomes);
        var results = new ArrayList<Delivery.Result>();
        for (int i = 0; i < sent.size(); i++) {
            results.add(result(sent.get(i), outcomes.charAt(i)));
        }
        return new Delivery.Answered(results);
    }

    @Override
    public Resumption resume(String source, int lane, Fence fence) {
        checkOpen.run();
        StreamRules.name("source", source);
        StreamRules.between("lane", lane, 0, StreamRules.MAX_LANE);
        List<?> answer = calls.askList(
                StreamScript.RESUME,
                new String[] {calls.keys().lanes()},
                lane(source, lane),
                bytes(written(fence)),
                bytes(MAX_LANES));
        String held = text(answer.get(0));
        if (!held.isEmpty()) {
            return new Resumption.Stale(fence(held));
        }
        byte[] left = (byte[]) answer.get(1);
        if (left.length == 1) {
            checkLanes(text(left));
        }
        Set<UUID> ids = new HashSet<>();
        ByteBuffer halves = ByteBuffer.wrap(left);
        while (halves.hasRemaining()) {
            ids.add(new UUID(halves.getLong(), halves.getLong()));
        }
        return new Resumption.Left(ids);
    }

    /** Appends one event of no lane; whether there was room. */
    boolean append(EncodedEvent event) {
        List<?> answer = append(NOTHING, NOTHING, List.of(new Sent(event, Outcome.DELIVERED, "")));
        return text(answer.get(1)).equals("A");
    }

    int capacity() {
        return capacity;
    }

    String tooLarge(EncodedEvent event) {
        return "an event must have at most " + maxEventBytes + " bytes, had " + event.size();
    }

    boolean isTooLarge(EncodedEvent event) {
        return event.size() > maxEventBytes;
    }

    private List<?> append(byte[] lane, byte[] fence, List<Sent> events) {
        var arguments = new ArrayList<byte[]>(5 + 7 * events.size());
        arguments.add(bytes(calls.keys().bell()));
        arguments.add(bytes(capacity));
        arguments.add(lane);
        arguments.add(fence);
        arguments.add(bytes(MAX_LANES));
        for (Sent sent : events) {
            EncodedEvent event = sent.event;
            arguments.add(bytes(Ranks.of(event.priority())));
            arguments.add(bytes(sent.isForAppending() ? "A" : "C"));
            arguments.add(StreamEntry.bytes(event.id()));
            arguments.add(bytes(event.type()));
            arguments.add(bytes(event.tenant().id()));
            arguments.add(StreamEntry.key(event));
            arguments.add(sent.isForAppending() ? event.bytes() : NOTHING);
        }
        return calls.askList(
                StreamScript.APPEND, calls.keys().entriesAnd(calls.keys().lanes()), arguments.toArray(new byte[0][]));
    }

    /** What this node need not ask Redis about: what is too large, what comes behind it, what is too much for one call. */
    private List<Sent> sort(List<EncodedEvent> events) {
        var sorted = new ArrayList<Sent>();
        Set<Place> stopped = new HashSet<>();
        long bytes = 0;
        for (EncodedEvent event : events) {
            Place place = event.key().map(key -> new Place(event.tenant(), key)).orElse(null);
            if (place != null && stopped.contains(place)) {
                sorted.add(new Sent(event, Outcome.NOT_TRIED, "an earlier event of its key does not stand yet"));
            } else if (isTooLarge(event)) {
                sorted.add(new Sent(event, Outcome.REJECTED, tooLarge(event)));
                if (place != null) {
                    stopped.add(place);
                }
            } else {
                bytes += event.size();
                sorted.add(
                        bytes <= MAX_CALL_BYTES
                                ? new Sent(event, Outcome.DELIVERED, "")
                                : new Sent(event, Outcome.NOT_TRIED, "the batch is too large for one call"));
            }
        }
        return sorted;
    }

    private static Delivery.Result result(Sent sent, char outcome) {
        UUID id = sent.event.id();
        return switch (outcome) {
            case 'A' -> new Delivery.Result(id, Outcome.DELIVERED, "");
            case 'U' -> new Delivery.Result(id, Outcome.DUPLICATE, "");
            case 'F' -> new Delivery.Result(id, Outcome.NOT_TRIED, "the stream is full");
            default -> new Delivery.Result(id, sent.otherwise, sent.reason);
        };
    }

    private static void checkLanes(String outcomes) {
        if (outcomes.equals("L")) {
            throw new IllegalArgumentException("a sink keeps at most " + MAX_LANES + " lanes, had as many");
        }
    }

    private static byte[] lane(String source, int lane) {
        return bytes(KeyPath.encode(source) + ":" + lane);
    }

    /** In so many digits that texts compare as fences do. */
    private static String written(Fence fence) {
        return String.format(Locale.ROOT, "%019d%019d", fence.epoch(), fence.number());
    }

    private static Fence fence(String written) {
        return new Fence(
                Long.parseLong(written.substring(0, HALF_FENCE)), Long.parseLong(written.substring(HALF_FENCE)));
    }
}
