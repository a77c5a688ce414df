package dev.mneme.memory.cache;

import java.lang.reflect.Type;

/**
 * How a cache's keys are written as text and read back. Different keys must give different texts, and
 * {@code decode(encode(key))} must equal the key: invalidations arrive as text.
 *
 * @param <K> the keys; immutable, with {@code equals} and {@code hashCode}
 */
public interface KeyCodec<K> {

    /**
     * @return 1 to 2,048 characters
     * @throws IllegalArgumentException if the key cannot be written
     */
    String encode(K key);

    /** @throws IllegalArgumentException if the text is not what {@link #encode} gives */
    K decode(String text);

    /**
     * The codec for a type: String, Long, Integer, UUID, an enum, or a record of these, records within records included.
     * Characters other than {@code A-Z a-z 0-9 _ . ~ -} take three to twelve in the written key.
     *
     * @throws IllegalArgumentException if the type is another, naming the component of a record that is
     */
    static <K> KeyCodec<K> of(Type type) {
        return KeyCodecs.of(type);
    }
}
