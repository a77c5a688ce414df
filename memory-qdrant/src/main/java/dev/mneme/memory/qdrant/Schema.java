package dev.mneme.memory.qdrant;

import io.qdrant.client.grpc.Collections.BoolIndexParams;
import io.qdrant.client.grpc.Collections.FloatIndexParams;
import io.qdrant.client.grpc.Collections.IntegerIndexParams;
import io.qdrant.client.grpc.Collections.KeywordIndexParams;
import io.qdrant.client.grpc.Collections.PayloadIndexParams;
import io.qdrant.client.grpc.Collections.PayloadSchemaInfo;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Points.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a point of the collection holds: the names of its vectors and of its payload, and the indexes over it. */
final class Schema {

    static final String DENSE = "dense";
    static final String WORDS = "words";

    /** Whose record it is; the condition that every call carries. */
    static final String AGENT = "agent_key";
    /** In the place of that key, in the points that say which agents there are: no agent has such a key. */
    static final String AGENTS = ":agents";

    /** The agent whom such a point names, by its key. */
    static final String NAMED = "agent";

    /** The tenant alone, for its erasure. */
    static final String TENANT = "tenant";

    static final String TYPE = "type";
    static final String SESSION = "session";
    static final String SPEAKER = "speaker";
    static final String SUCCESS = "success";
    static final String PINNED = "pinned";
    static final String POSITION = "position";
    static final String IMPORTANCE = "importance";
    /** Milliseconds since 1970, and what a decimal number cannot hold of them. */
    static final String TIME = "time";

    static final String TIME_REST = "time_rest";
    /** The millisecond from which on the record is over. */
    static final String ENDS = "ends";
    /** What can be asked of the metadata for equality: one token for each key and kind, one for each value. */
    static final String FACTS = "facts";
    /** What can be asked of the metadata for order: objects of key, value and rest. */
    static final String NUMBERS = "numbers";

    static final String KEY = "key";
    static final String VALUE = "value";
    static final String REST = "rest";
    /** The terms of the record, each once, how often each occurs, and how many there are in all. */
    static final String TERMS = "terms";

    static final String COUNTS = "counts";
    static final String LENGTH = "length";
    /** The share of its sentences that ask. */
    static final String ASKS = "asks";
    /** All parts but text and vector, to be read back to the last bit. */
    static final String RECORD = "record";

    static final String TEXT = "text";
    /** The text instead, if it is no well-formed Unicode. */
    static final String TEXT_UNITS = "text_units";
    /** The caller's own vector as it was given; absent if the embedder made it. */
    static final String VECTOR = "vector";

    /** What a search looks at. */
    static final List<String> LOOKED_AT = List.of(RECORD, TERMS, COUNTS, LENGTH, ASKS);
    /** What an answer is made of. */
    static final List<String> WHOLE = List.of(RECORD, TEXT, TEXT_UNITS, VECTOR);

    static final List<Index> INDEXES = indexes();

    private Schema() {}

    /** An index over one part of the payload. */
    record Index(String field, FieldType type, PayloadIndexParams params) {

        /** Whether the server has this index. */
        boolean isIn(Map<String, PayloadSchemaInfo> schema) {
            PayloadSchemaInfo there = schema.get(field);
            return there != null
                    && there.getDataType() == schemaType()
                    && (!params.getKeywordIndexParams().getIsTenant()
                            || there.getParams().getKeywordIndexParams().getIsTenant());
        }

        private PayloadSchemaType schemaType() {
            return switch (type) {
                case FieldTypeKeyword -> PayloadSchemaType.Keyword;
                case FieldTypeBool -> PayloadSchemaType.Bool;
                case FieldTypeInteger -> PayloadSchemaType.Integer;
                case FieldTypeFloat -> PayloadSchemaType.Float;
                default -> throw new IllegalStateException("no index has the type " + type);
            };
        }
    }

    /** The indexes that the collection should have and has not, by field. */
    static List<String> missing(Map<String, PayloadSchemaInfo> schema) {
        return INDEXES.stream()
                .filter(index -> !index.isIn(schema))
                .map(Index::field)
                .toList();
    }

    private static List<Index> indexes() {
        var indexes = new ArrayList<Index>();
        indexes.add(keyword(AGENT, true));
        for (String field : List.of(TENANT, TYPE, SESSION, SPEAKER, FACTS, TERMS, NUMBERS + "[]." + KEY)) {
            indexes.add(keyword(field, false));
        }
        PayloadIndexParams flag = PayloadIndexParams.newBuilder()
                .setBoolIndexParams(BoolIndexParams.getDefaultInstance())
                .build();
        for (String field : List.of(SUCCESS, PINNED)) {
            indexes.add(new Index(field, FieldType.FieldTypeBool, flag));
        }
        PayloadIndexParams decimal = PayloadIndexParams.newBuilder()
                .setFloatIndexParams(FloatIndexParams.getDefaultInstance())
                .build();
        for (String field :
                List.of(TIME, TIME_REST, POSITION, IMPORTANCE, ENDS, NUMBERS + "[]." + VALUE, NUMBERS + "[]." + REST)) {
            indexes.add(new Index(field, FieldType.FieldTypeFloat, decimal));
        }
        PayloadIndexParams whole = PayloadIndexParams.newBuilder()
                .setIntegerIndexParams(
                        IntegerIndexParams.newBuilder().setLookup(true).setRange(true))
                .build();
        indexes.add(new Index(LENGTH, FieldType.FieldTypeInteger, whole));
        return List.copyOf(indexes);
    }

    private static Index keyword(String field, boolean isTenant) {
        var params = KeywordIndexParams.newBuilder();
        if (isTenant) {
            params.setIsTenant(true);
        }
        return new Index(
                field,
                FieldType.FieldTypeKeyword,
                PayloadIndexParams.newBuilder().setKeywordIndexParams(params).build());
    }
}
