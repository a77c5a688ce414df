package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An event in the binary content mode of CloudEvents: attributes for a transport's headers, and data for its body.
 *
 * <p>A transport adds the prefix of its own binding to the names, as {@code ce-} in HTTP, and keeps
 * {@code datacontenttype} where it keeps content types. Immutable but for the array, which is handed on as it is.
 */
public final class BinaryEvent {

    private final Map<String, String> attributes;
    private final byte[] data;

    private BinaryEvent(Map<String, String> attributes, byte[] data) {
        this.attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
        this.data = data;
    }

    /**
     * An event as it came; nothing is checked before {@link EventCodec#decode(BinaryEvent)}.
     *
     * @param attributes by name, without any prefix
     * @param data kept, not copied
     */
    public static BinaryEvent of(Map<String, String> attributes, byte[] data) {
        return new BinaryEvent(attributes, requireNonNull(data, "data"));
    }

    /** The attributes by name, sorted: those of CloudEvents, ours, and headers. */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** The data as JSON; compressed if the attribute {@code datacompression} says so. */
    public byte[] data() {
        return data;
    }

    /** The type, and the length of the data. */
    @Override
    public String toString() {
        return "BinaryEvent " + attributes.getOrDefault(Attributes.TYPE, "of no type") + ", " + data.length + " bytes";
    }
}
