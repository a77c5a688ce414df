package dev.mneme.memory.cache;

/**
 * How a cache's values are written to the far level and read back.
 *
 * <p>Used by many threads at once, never on a thread of the far level's client. A value that cannot be read counts as
 * missing; one that cannot be written fails its load.
 *
 * @param <V> the values
 */
public interface ValueCodec<V> {

    /** @throws Exception if the value cannot be written */
    byte[] encode(V value) throws Exception;

    /** @throws Exception if the bytes are not what {@link #encode} writes */
    V decode(byte[] bytes) throws Exception;
}
