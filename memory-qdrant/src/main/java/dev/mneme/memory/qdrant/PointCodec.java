package dev.mneme.memory.qdrant;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.context.MetaValue.Kind;
import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Sessions;
import dev.mneme.memory.context.spi.Terms;
import dev.mneme.memory.context.spi.Vectors;
import io.qdrant.client.grpc.JsonWithInt.ListValue;
import io.qdrant.client.grpc.JsonWithInt.Struct;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.DenseVector;
import io.qdrant.client.grpc.Points.NamedVectors;
import io.qdrant.client.grpc.Points.PointStruct;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.VectorOutput;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A record as a point of the collection, and back. */
final class PointCodec {

    /** The end of a record without a time to live: later than any end that can be. */
    static final double NEVER = 1e300;

    private PointCodec() {}

    /**
     * A record as a search looks at it.
     *
     * @param interaction without text and vector
     * @param counts how often it holds each of its terms
     * @param length how many terms it has
     * @param asks the share of its sentences that ask
     */
    record Looked(Interaction interaction, Map<String, Integer> counts, int length, float asks) {}

    static PointStruct point(AgentKey agent, Draft draft) {
        Interaction interaction = draft.interaction();
        var point = PointStruct.newBuilder()
                .setId(Conditions.pointId(Names.pointId(agent, interaction.id())))
                .putPayload(Schema.AGENT, text(agent.key()))
                .putPayload(Schema.TENANT, text(agent.tenant().key()))
                .putPayload(Schema.TYPE, text(Names.readable(interaction.type())))
                .putPayload(Schema.PINNED, flag(interaction.isPinned()))
                .putPayload(Schema.IMPORTANCE, decimal(interaction.importance()))
                .putPayload(Schema.ENDS, decimal(ends(interaction)))
                .putPayload(Schema.LENGTH, whole(draft.terms().length()))
                .putPayload(Schema.ASKS, decimal(Sessions.questionShare(interaction.text())))
                .putPayload(Schema.RECORD, text(RecordCodec.encode(interaction)));
        SplitNumber time = SplitNumber.of(interaction.time().orElseThrow().toEpochMilli());
        point.putPayload(Schema.TIME, decimal(time.value()));
        if (time.isRounded()) {
            point.putPayload(Schema.TIME_REST, decimal(time.rest()));
        }
        interaction.session().ifPresent(name -> point.putPayload(Schema.SESSION, text(Names.readable(name))));
        interaction.speaker().ifPresent(name -> point.putPayload(Schema.SPEAKER, text(Names.readable(name))));
        interaction.success().ifPresent(success -> point.putPayload(Schema.SUCCESS, flag(success)));
        interaction.position().ifPresent(position -> point.putPayload(Schema.POSITION, decimal(position)));
        interaction.vector().ifPresent(own -> point.putPayload(Schema.VECTOR, text(RecordCodec.encode(own))));
        putText(interaction.text(), point);
        putMeta(interaction.meta(), point);
        putTerms(draft.terms(), point);
        return point.setVectors(
                        io.qdrant.client.grpc.Points.Vectors.newBuilder().setVectors(vectors(draft)))
                .build();
    }

    /** The point that says that there is such an agent; as if it had ended long ago, so that nobody takes it for a record. */
    static PointStruct named(AgentKey agent) {
        return PointStruct.newBuilder()
                .setId(Conditions.pointId(Names.agentId(agent)))
                .putPayload(Schema.AGENT, text(Schema.AGENTS))
                .putPayload(Schema.NAMED, text(agent.key()))
                .putPayload(Schema.TENANT, text(agent.tenant().key()))
                .putPayload(Schema.ENDS, decimal(-NEVER))
                .setVectors(
                        io.qdrant.client.grpc.Points.Vectors.newBuilder().setVectors(NamedVectors.getDefaultInstance()))
                .build();
    }

    /** The first millisecond at which a record is over. */
    private static double ends(Interaction interaction) {
        if (interaction.ttl().isEmpty()) {
            return NEVER;
        }
        Duration ttl = interaction.ttl().get();
        return BigDecimal.valueOf(ttl.getSeconds())
                .add(BigDecimal.valueOf(ttl.getNano(), 9))
                .movePointRight(3)
                .setScale(0, RoundingMode.CEILING)
                .add(BigDecimal.valueOf(interaction.time().orElseThrow().toEpochMilli()))
                .doubleValue();
    }

    private static void putText(String text, PointStruct.Builder point) {
        if (Names.isWellFormed(text)) {
            point.putPayload(Schema.TEXT, text(text));
        } else {
            String units = Base64.getEncoder().encodeToString(Names.units(text));
            point.putPayload(Schema.TEXT_UNITS, text(units));
        }
    }

    private static void putMeta(Map<String, MetaValue> meta, PointStruct.Builder point) {
        if (meta.isEmpty()) {
            return;
        }
        var facts = ListValue.newBuilder();
        var numbers = ListValue.newBuilder();
        meta.forEach((key, value) -> {
            facts.addValues(text(Facts.held(value.kind(), key)));
            facts.addValues(text(Facts.same(key, value)));
            if (value.kind() == Kind.NUMBER || value.kind() == Kind.TIME) {
                SplitNumber number = SplitNumber.of(value);
                var fields = Struct.newBuilder()
                        .putFields(Schema.KEY, text(Facts.ordered(value.kind(), key)))
                        .putFields(Schema.VALUE, decimal(number.value()));
                if (number.isRounded()) {
                    fields.putFields(Schema.REST, decimal(number.rest()));
                }
                numbers.addValues(Value.newBuilder().setStructValue(fields));
            }
        });
        point.putPayload(Schema.FACTS, Value.newBuilder().setListValue(facts).build());
        if (numbers.getValuesCount() > 0) {
            point.putPayload(
                    Schema.NUMBERS, Value.newBuilder().setListValue(numbers).build());
        }
    }

    private static void putTerms(Terms terms, PointStruct.Builder point) {
        if (terms.counts().isEmpty()) {
            return;
        }
        var names = ListValue.newBuilder();
        var counts = ListValue.newBuilder();
        boolean repeated = false;
        for (Map.Entry<String, Integer> term : terms.counts().entrySet()) {
            names.addValues(text(SparseWords.written(term.getKey())));
            counts.addValues(whole(term.getValue()));
            repeated |= term.getValue() > 1;
        }
        point.putPayload(Schema.TERMS, Value.newBuilder().setListValue(names).build());
        if (repeated) {
            point.putPayload(
                    Schema.COUNTS, Value.newBuilder().setListValue(counts).build());
        }
    }

    private static NamedVectors vectors(Draft draft) {
        var vectors = NamedVectors.newBuilder();
        if (!Vectors.isZero(draft.unit())) {
            vectors.putVectors(
                    Schema.DENSE,
                    Vector.newBuilder().setDense(dense(draft.unit())).build());
        }
        if (!draft.terms().counts().isEmpty()) {
            vectors.putVectors(
                    Schema.WORDS,
                    Vector.newBuilder().setSparse(SparseWords.of(draft.terms())).build());
        }
        return vectors.build();
    }

    static DenseVector dense(float[] unit) {
        var dense = DenseVector.newBuilder();
        for (float value : unit) {
            dense.addData(value);
        }
        return dense.build();
    }

    /** Reads what {@link Schema#LOOKED_AT} asks for. */
    static Looked looked(Map<String, Value> payload) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        Value terms = payload.get(Schema.TERMS);
        if (terms != null) {
            List<Value> names = terms.getListValue().getValuesList();
            Value repeated = payload.get(Schema.COUNTS);
            for (int i = 0; i < names.size(); i++) {
                int count = repeated == null
                        ? 1
                        : (int) repeated.getListValue().getValues(i).getIntegerValue();
                counts.put(names.get(i).getStringValue(), count);
            }
        }
        return new Looked(
                RecordCodec.decode(string(payload, Schema.RECORD)),
                counts,
                (int) value(payload, Schema.LENGTH).getIntegerValue(),
                (float) value(payload, Schema.ASKS).getDoubleValue());
    }

    /** Reads what {@link Schema#WHOLE} asks for. */
    static Interaction whole(Map<String, Value> payload) {
        float[] own =
                payload.containsKey(Schema.VECTOR) ? RecordCodec.decodeVector(string(payload, Schema.VECTOR)) : null;
        String text = payload.containsKey(Schema.TEXT_UNITS)
                ? new String(chars(Base64.getDecoder().decode(string(payload, Schema.TEXT_UNITS))))
                : string(payload, Schema.TEXT);
        return RecordCodec.decode(string(payload, Schema.RECORD)).withContent(text, own);
    }

    /** The vector of a point that was asked for with it; empty if it has none. */
    static Optional<float[]> unit(RetrievedPoint point) {
        VectorOutput vector = point.getVectors().getVectors().getVectorsMap().get(Schema.DENSE);
        if (vector == null) {
            return Optional.empty();
        }
        // newer servers fill the one, older ones the other
        List<Float> values = vector.hasDense() ? vector.getDense().getDataList() : flat(vector);
        var unit = new float[values.size()];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = values.get(i);
        }
        return Optional.of(unit);
    }

    @SuppressWarnings("deprecation")
    private static List<Float> flat(VectorOutput vector) {
        return vector.getDataList();
    }

    private static char[] chars(byte[] units) {
        var chars = new char[units.length / 2];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) ((units[2 * i] & 0xFF) << 8 | (units[2 * i + 1] & 0xFF));
        }
        return chars;
    }

    static String string(Map<String, Value> payload, String field) {
        return value(payload, field).getStringValue();
    }

    private static Value value(Map<String, Value> payload, String field) {
        return payload.getOrDefault(field, Value.getDefaultInstance());
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    private static Value flag(boolean value) {
        return Value.newBuilder().setBoolValue(value).build();
    }

    private static Value whole(long value) {
        return Value.newBuilder().setIntegerValue(value).build();
    }

    private static Value decimal(double value) {
        return Value.newBuilder().setDoubleValue(value).build();
    }
}
