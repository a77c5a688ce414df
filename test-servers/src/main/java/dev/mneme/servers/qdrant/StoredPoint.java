package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.JsonWithInt.Value;
import java.util.HashMap;
import java.util.Map;

/**
 * A point as it is stored. Immutable.
 *
 * @param vectors by name, the unnamed one by the empty name
 * @param version the number of the write that made it
 */
record StoredPoint(PointKey key, Map<String, Value> payload, Map<String, StoredVector> vectors, long version) {

    StoredPoint {
        payload = Map.copyOf(payload);
        vectors = Map.copyOf(vectors);
    }

    StoredPoint withPayload(Map<String, Value> payload, long version) {
        return new StoredPoint(key, payload, vectors, version);
    }

    /** With these values over its own; a null among them takes its key away. */
    StoredPoint withMerged(Map<String, Value> changes, long version) {
        Map<String, Value> merged = new HashMap<>(payload);
        changes.forEach((name, value) -> {
            if (PayloadValues.isNull(value)) {
                merged.remove(name);
            } else {
                merged.put(name, value);
            }
        });
        return withPayload(merged, version);
    }
}
