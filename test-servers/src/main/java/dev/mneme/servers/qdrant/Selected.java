package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.NamedVectorsOutput;
import io.qdrant.client.grpc.Points.OrderValue;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.ScoredPoint;
import io.qdrant.client.grpc.Points.VectorsOutput;
import io.qdrant.client.grpc.Points.WithPayloadSelector;
import io.qdrant.client.grpc.Points.WithVectorsSelector;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which parts of points an answer has.
 *
 * @param payload the keys of the payload, those of the first level only
 */
record Selected(Predicate<String> payload, Predicate<String> vectors) {

    static Selected of(WithPayloadSelector payload, boolean payloadByDefault, WithVectorsSelector vectors) {
        return new Selected(payload(payload, payloadByDefault), vectors(vectors));
    }

    RetrievedPoint retrieved(StoredPoint point, @Nullable OrderValue order) {
        RetrievedPoint.Builder answer =
                RetrievedPoint.newBuilder().setId(point.key().toProto()).putAllPayload(payloadOf(point));
        VectorsOutput found = vectorsOf(point);
        if (found != null) {
            answer.setVectors(found);
        }
        if (order != null) {
            answer.setOrderValue(order);
        }
        return answer.build();
    }

    ScoredPoint scored(StoredPoint point, float score) {
        ScoredPoint.Builder answer = ScoredPoint.newBuilder()
                .setId(point.key().toProto())
                .setScore(score)
                .setVersion(point.version())
                .putAllPayload(payloadOf(point));
        VectorsOutput found = vectorsOf(point);
        if (found != null) {
            answer.setVectors(found);
        }
        return answer.build();
    }

    private Map<String, Value> payloadOf(StoredPoint point) {
        Map<String, Value> chosen = new HashMap<>();
        point.payload().forEach((key, value) -> {
            if (payload.test(key)) {
                chosen.put(key, value);
            }
        });
        return chosen;
    }

    private @Nullable VectorsOutput vectorsOf(StoredPoint point) {
        VectorsOutput.Builder output = VectorsOutput.newBuilder();
        NamedVectorsOutput.Builder named = NamedVectorsOutput.newBuilder();
        point.vectors().forEach((name, vector) -> {
            if (!vectors.test(name)) {
                return;
            }
            if (name.isEmpty()) {
                output.setVector(vector.toProto());
            } else {
                named.putVectors(name, vector.toProto());
            }
        });
        if (named.getVectorsCount() > 0) {
            output.setVectors(named);
        }
        return output.hasVector() || output.hasVectors() ? output.build() : null;
    }

    private static Predicate<String> payload(WithPayloadSelector selector, boolean byDefault) {
        return switch (selector.getSelectorOptionsCase()) {
            case ENABLE -> key -> selector.getEnable();
            case INCLUDE -> firstLevel(selector.getInclude().getFieldsList())::contains;
            case EXCLUDE -> {
                Set<String> keys = firstLevel(selector.getExclude().getFieldsList());
                yield key -> !keys.contains(key);
            }
            case SELECTOROPTIONS_NOT_SET -> key -> byDefault;
        };
    }

    private static Predicate<String> vectors(WithVectorsSelector selector) {
        if (selector.hasInclude()) {
            Set<String> names = new HashSet<>(selector.getInclude().getNamesList());
            return names::contains;
        }
        return name -> selector.getEnable();
    }

    private static Set<String> firstLevel(Iterable<String> fields) {
        Set<String> keys = new HashSet<>();
        for (String field : fields) {
            if (field.contains(".") || field.contains("[")) {
                throw Refusals.unimplemented("selection of nested payload");
            }
            keys.add(field);
        }
        return keys;
    }
}
