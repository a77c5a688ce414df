package dev.mneme.servers.qdrant;

import io.grpc.Status;
import io.qdrant.client.grpc.Common.PointId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The id of a point in the order in which Qdrant scrolls: numbers, as unsigned ones, then UUIDs by their bytes.
 *
 * @param number the number, if {@code uuid} is null
 */
record PointKey(long number, @Nullable UUID uuid) implements Comparable<PointKey> {

    private static final int HEX_DIGITS = 32;

    /**
     * Reads an id as Qdrant does, which takes a UUID in any of its spellings.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it is none
     */
    static PointKey of(PointId id) {
        if (id.hasNum()) {
            return new PointKey(id.getNum(), null);
        }
        if (!id.hasUuid()) {
            throw Refusals.invalid("No ID options provided");
        }
        return new PointKey(0, parse(id.getUuid()));
    }

    PointId toProto() {
        return uuid == null
                ? PointId.newBuilder().setNum(number).build()
                : PointId.newBuilder().setUuid(uuid.toString()).build();
    }

    @Override
    public int compareTo(PointKey other) {
        if (uuid == null || other.uuid == null) {
            return uuid == null && other.uuid == null
                    ? Long.compareUnsigned(number, other.number)
                    : Boolean.compare(uuid != null, other.uuid != null);
        }
        int high = Long.compareUnsigned(uuid.getMostSignificantBits(), other.uuid.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(uuid.getLeastSignificantBits(), other.uuid.getLeastSignificantBits());
    }

    private static UUID parse(String text) {
        String bare = text.startsWith("urn:uuid:") ? text.substring("urn:uuid:".length()) : text;
        String hex = bare.replace("-", "");
        boolean hyphens = bare.length() == HEX_DIGITS || bare.matches("[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12}");
        if (!hyphens || !hex.matches("[0-9a-fA-F]{32}")) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("Unable to parse UUID: " + text)
                    .asRuntimeException();
        }
        return new UUID(
                Long.parseUnsignedLong(hex.substring(0, 16), 16), Long.parseUnsignedLong(hex.substring(16), 16));
    }
}
