package dev.mneme.events.stream.spi;

import static java.util.Objects.requireNonNull;

import dev.mneme.MnemeException;
import dev.mneme.events.Decoded;
import dev.mneme.events.Envelope;
import dev.mneme.events.Event;
import dev.mneme.events.EventCodec;
import dev.mneme.events.EventType;
import dev.mneme.events.UnknownAction;
import dev.mneme.events.stream.EventHandler;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A group's handlers by type: decodes what arrives and hands it to the one it is for. Immutable; safe for use by many
 * threads.
 */
public final class EventDispatch {

    /** What became of an event whose handler did not throw. */
    public enum Result {
        /** Its handler returned. */
        HANDLED,
        /** There is no handler for it, or the codec says that it is to be skipped: acknowledge it. */
        SKIPPED,
        /** This node cannot read it, and the codec says that it is to be kept for one that can: a dead letter. */
        PARKED,
        /** This node cannot read it, and the codec says that nothing may pass it. */
        STOPPED,
        /** It is no event: a dead letter. */
        MALFORMED
    }

    private record Entry<E extends Event>(Class<E> type, EventHandler<E> handler) {

        void handle(Envelope<?> envelope) throws Exception {
            Envelope<E> typed = envelope.as(type)
                    .orElseThrow(() -> new MnemeException("the handler of " + envelope.type() + " must take "
                            + envelope.data().getClass().getName() + ", takes " + type.getName()));
            handler.handle(typed);
        }
    }

    private final EventCodec codec;
    private final SortedMap<String, Entry<?>> entries;

    private EventDispatch(EventCodec codec, SortedMap<String, Entry<?>> entries) {
        this.codec = codec;
        this.entries = Collections.unmodifiableSortedMap(entries);
    }

    /** One without handlers, which skips everything. */
    public static EventDispatch of(EventCodec codec) {
        return new EventDispatch(requireNonNull(codec, "codec"), new TreeMap<>());
    }

    /**
     * This one and a handler for one more type.
     *
     * @param type the newest version of the event that the codec knows, since decoding gives no other
     * @throws IllegalArgumentException if the type is no event, or its event has a handler already
     */
    public <E extends Event> EventDispatch with(Class<E> type, EventHandler<E> handler) {
        requireNonNull(handler, "handler");
        EventType declared = type.getAnnotation(EventType.class);
        if (declared == null) {
            throw new IllegalArgumentException(type.getName() + " must be a record with @EventType, was not");
        }
        var more = new TreeMap<String, Entry<?>>(entries);
        if (more.put(declared.name(), new Entry<>(type, handler)) != null) {
            throw new IllegalArgumentException(
                    "a group must have one handler for each event, had two for " + declared.name());
        }
        return new EventDispatch(codec, more);
    }

    /** The names of the events that have a handler, sorted. */
    public SortedSet<String> types() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(entries.keySet()));
    }

    /**
     * Decodes the event and calls its handler, on this thread.
     *
     * @param type the event's name as its carrier knows it; without a handler for it nothing is decoded
     * @param bytes the event; the array is not changed, and must not be changed later
     * @throws Exception what the handler threw
     */
    public Result dispatch(String type, byte[] bytes) throws Exception {
        if (!entries.containsKey(type)) {
            return Result.SKIPPED;
        }
        Decoded decoded = codec.decode(bytes);
        if (decoded instanceof Decoded.Known known) {
            return handle(known.envelope());
        }
        return decoded instanceof Decoded.Unknown unknown ? resultOf(unknown.action()) : Result.MALFORMED;
    }

    private Result handle(Envelope<?> envelope) throws Exception {
        Entry<?> entry = entries.get(envelope.type());
        if (entry == null) {
            return Result.SKIPPED;
        }
        entry.handle(envelope);
        return Result.HANDLED;
    }

    private static Result resultOf(UnknownAction action) {
        return switch (action) {
            case SKIP -> Result.SKIPPED;
            case PARK -> Result.PARKED;
            case FAIL -> Result.STOPPED;
        };
    }
}
