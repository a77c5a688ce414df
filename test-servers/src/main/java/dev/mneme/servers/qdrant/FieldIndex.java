package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Collections.PayloadIndexParams;
import io.qdrant.client.grpc.Collections.PayloadSchemaInfo;
import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.CreateFieldIndexCollection;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.OrderValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An index over a payload field. It changes no answer but those that need one, and how exactly values are compared. */
record FieldIndex(PayloadSchemaType type, @Nullable PayloadIndexParams params) {

    /**
     * The index that a request asks for.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it names no type, or two
     */
    static FieldIndex of(CreateFieldIndexCollection request) {
        PayloadIndexParams params = request.hasFieldIndexParams() ? request.getFieldIndexParams() : null;
        PayloadSchemaType byParams = params == null ? null : typeOf(params);
        if (!request.hasFieldType()) {
            if (byParams == null) {
                throw Refusals.invalid("field type is missing");
            }
            return new FieldIndex(byParams, params);
        }
        PayloadSchemaType type = typeOf(request.getFieldType());
        if (byParams != null && byParams != type) {
            throw Refusals.invalid("field type " + type + " does not match index parameters for " + byParams);
        }
        return new FieldIndex(type, params);
    }

    PayloadSchemaInfo toProto(long points) {
        PayloadSchemaInfo.Builder info =
                PayloadSchemaInfo.newBuilder().setDataType(type).setPoints(points);
        if (params != null) {
            info.setParams(params);
        }
        return info.build();
    }

    /** Whether points can be read in the order of this field. */
    boolean orders() {
        return switch (type) {
            case Integer ->
                params == null
                        || !params.getIntegerIndexParams().hasRange()
                        || params.getIntegerIndexParams().getRange();
            case Float, Datetime -> true;
            default -> false;
        };
    }

    /** Whether the points of each value can be counted. */
    boolean counts() {
        return switch (type) {
            case Integer ->
                params == null
                        || !params.getIntegerIndexParams().hasLookup()
                        || params.getIntegerIndexParams().getLookup();
            case Keyword, Bool, Uuid -> true;
            default -> false;
        };
    }

    /** The value to order by, null if this index does not hold such values. */
    @Nullable
    OrderValue orderOf(Value value) {
        return switch (type) {
            case Integer -> value.hasIntegerValue() ? whole(value.getIntegerValue()) : null;
            case Float -> {
                if (value.hasIntegerValue()) {
                    yield fraction((double) value.getIntegerValue());
                }
                yield value.hasDoubleValue() ? fraction(value.getDoubleValue()) : null;
            }
            case Datetime -> {
                Instant moment = value.hasStringValue() ? PayloadValues.moment(value.getStringValue()) : null;
                yield moment == null ? null : whole(PayloadValues.micros(moment));
            }
            default -> null;
        };
    }

    private static OrderValue whole(long number) {
        return OrderValue.newBuilder().setInt(number).build();
    }

    private static OrderValue fraction(double number) {
        return OrderValue.newBuilder().setFloat(number).build();
    }

    private static PayloadSchemaType typeOf(FieldType type) {
        return switch (type) {
            case FieldTypeKeyword -> PayloadSchemaType.Keyword;
            case FieldTypeInteger -> PayloadSchemaType.Integer;
            case FieldTypeFloat -> PayloadSchemaType.Float;
            case FieldTypeBool -> PayloadSchemaType.Bool;
            case FieldTypeDatetime -> PayloadSchemaType.Datetime;
            case FieldTypeUuid -> PayloadSchemaType.Uuid;
            default -> throw Refusals.unimplemented("index of type " + type);
        };
    }

    private static PayloadSchemaType typeOf(PayloadIndexParams params) {
        return switch (params.getIndexParamsCase()) {
            case KEYWORD_INDEX_PARAMS -> PayloadSchemaType.Keyword;
            case INTEGER_INDEX_PARAMS -> PayloadSchemaType.Integer;
            case FLOAT_INDEX_PARAMS -> PayloadSchemaType.Float;
            case BOOL_INDEX_PARAMS -> PayloadSchemaType.Bool;
            case DATETIME_INDEX_PARAMS -> PayloadSchemaType.Datetime;
            case UUID_INDEX_PARAMS -> PayloadSchemaType.Uuid;
            default -> throw Refusals.unimplemented("index with " + params.getIndexParamsCase());
        };
    }
}
