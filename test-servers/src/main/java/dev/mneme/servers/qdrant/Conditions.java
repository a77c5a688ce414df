package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Collections.PayloadSchemaType;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.NestedCondition;
import io.qdrant.client.grpc.Common.ValuesCount;
import io.qdrant.client.grpc.JsonWithInt.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Filters as Qdrant understands them. All of a filter is checked before the first point is. Every reading tests every point,
 * so that what tests one is made of plain loops.
 */
final class Conditions {

    /** A condition on a payload and, if it is not a nested one, its point. */
    private interface Check {
        boolean holds(Map<String, Value> payload, @Nullable StoredPoint point);
    }

    private final Map<String, FieldIndex> indexes;

    private Conditions(Map<String, FieldIndex> indexes) {
        this.indexes = indexes;
    }

    /**
     * Reads a filter.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it is malformed, UNIMPLEMENTED for geography
     */
    static Predicate<StoredPoint> of(Filter filter, Map<String, FieldIndex> indexes) {
        Check check = new Conditions(indexes).filter(filter, "");
        return point -> check.holds(point.payload(), point);
    }

    private Check filter(Filter filter, String nestedIn) {
        List<Check> must = conditions(filter.getMustList(), nestedIn);
        List<Check> should = conditions(filter.getShouldList(), nestedIn);
        List<Check> mustNot = conditions(filter.getMustNotList(), nestedIn);
        List<Check> some = conditions(filter.getMinShould().getConditionsList(), nestedIn);
        long atLeast = filter.getMinShould().getMinCount();
        if (filter.hasMinShould() && atLeast == 0) {
            throw Refusals.invalid("Validation error: min_count must be greater than 0");
        }
        return (payload, point) -> all(must, payload, point)
                && (should.isEmpty() || any(should, payload, point))
                && !any(mustNot, payload, point)
                && count(some, payload, point) >= atLeast;
    }

    private static boolean all(List<Check> checks, Map<String, Value> payload, @Nullable StoredPoint point) {
        for (Check check : checks) {
            if (!check.holds(payload, point)) {
                return false;
            }
        }
        return true;
    }

    private static boolean any(List<Check> checks, Map<String, Value> payload, @Nullable StoredPoint point) {
        for (Check check : checks) {
            if (check.holds(payload, point)) {
                return true;
            }
        }
        return false;
    }

    private static int count(List<Check> checks, Map<String, Value> payload, @Nullable StoredPoint point) {
        int count = 0;
        for (Check check : checks) {
            count += check.holds(payload, point) ? 1 : 0;
        }
        return count;
    }

    private List<Check> conditions(List<Condition> conditions, String nestedIn) {
        List<Check> checks = new ArrayList<>();
        for (Condition condition : conditions) {
            checks.add(condition(condition, nestedIn));
        }
        return checks;
    }

    private Check condition(Condition condition, String nestedIn) {
        return switch (condition.getConditionOneOfCase()) {
            case FIELD -> field(condition.getField(), nestedIn);
            case FILTER -> filter(condition.getFilter(), nestedIn);
            case NESTED -> nested(condition.getNested(), nestedIn);
            case HAS_ID -> {
                Set<PointKey> ids = new HashSet<>();
                condition.getHasId().getHasIdList().forEach(id -> ids.add(PointKey.of(id)));
                yield (payload, point) -> point != null && ids.contains(point.key());
            }
            case HAS_VECTOR -> {
                String name = condition.getHasVector().getHasVector();
                yield (payload, point) -> point != null && point.vectors().containsKey(name);
            }
            case IS_EMPTY -> {
                PayloadPath path = PayloadPath.of(condition.getIsEmpty().getKey());
                yield (payload, point) -> path.in(payload).stream().allMatch(value -> isEmpty(value));
            }
            case IS_NULL -> {
                PayloadPath path = PayloadPath.of(condition.getIsNull().getKey());
                yield (payload, point) -> path.in(payload).stream().anyMatch(value -> PayloadValues.isNull(value));
            }
            case CONDITIONONEOF_NOT_SET -> throw Refusals.invalid("Malformed Condition");
        };
    }

    private Check nested(NestedCondition nested, String nestedIn) {
        if (!nested.hasFilter()) {
            throw Refusals.invalid("Nested condition must have a filter");
        }
        PayloadPath path = PayloadPath.of(nested.getKey()).elements();
        Check inner = filter(nested.getFilter(), nestedIn + path + ".");
        // ids and vectors are of the point, so inside an element they never hold
        return (payload, point) -> path.in(payload).stream()
                .anyMatch(value -> value.hasStructValue()
                        && inner.holds(value.getStructValue().getFieldsMap(), null));
    }

    private Check field(FieldCondition field, String nestedIn) {
        PayloadPath path = PayloadPath.of(field.getKey());
        FieldIndex index = indexes.get(nestedIn + field.getKey());
        Predicate<Value> whole = wholeValue(field);
        if (whole != null) {
            boolean ofNothing = ofNothing(field);
            return (payload, point) -> {
                List<Value> values = path.in(payload);
                return values.isEmpty() ? ofNothing : values.stream().anyMatch(whole);
            };
        }
        Predicate<Value> single = singleValue(field, index);
        return (payload, point) -> {
            for (Value value : path.in(payload)) {
                for (Value element : PayloadValues.flat(value)) {
                    if (single.test(element)) {
                        return true;
                    }
                }
            }
            return false;
        };
    }

    /** What looks at a value as a whole and not at its elements; null if this condition does not. */
    private static @Nullable Predicate<Value> wholeValue(FieldCondition field) {
        if (field.hasValuesCount()) {
            return value -> within(
                    field.getValuesCount(),
                    PayloadValues.isNull(value) ? 0 : PayloadValues.flat(value).size());
        }
        if (field.hasIsEmpty()) {
            return value -> isEmpty(value) == field.getIsEmpty();
        }
        if (field.hasIsNull()) {
            return value -> (value.hasListValue()
                            ? value.getListValue().getValuesList().stream().anyMatch(PayloadValues::isNull)
                            : PayloadValues.isNull(value))
                    == field.getIsNull();
        }
        return null;
    }

    private static boolean ofNothing(FieldCondition field) {
        if (field.hasValuesCount()) {
            return within(field.getValuesCount(), 0);
        }
        return field.hasIsEmpty() ? field.getIsEmpty() : !field.getIsNull();
    }

    private static Predicate<Value> singleValue(FieldCondition field, @Nullable FieldIndex index) {
        if (field.hasGeoBoundingBox() || field.hasGeoRadius() || field.hasGeoPolygon()) {
            throw Refusals.unimplemented("geographic conditions");
        }
        List<Predicate<Value>> any = new ArrayList<>();
        if (field.hasMatch()) {
            any.add(Matches.of(field.getMatch()));
        }
        if (field.hasRange()) {
            boolean exact = index != null && index.type() == PayloadSchemaType.Integer;
            any.add(Bounds.of(field.getRange(), exact)::contain);
        }
        if (field.hasDatetimeRange()) {
            boolean micros = index != null && index.type() == PayloadSchemaType.Datetime;
            any.add(Bounds.of(field.getDatetimeRange(), micros)::contain);
        }
        if (any.isEmpty()) {
            throw Refusals.invalid("Validation error: At least one field condition must be specified");
        }
        return any.size() == 1 ? any.get(0) : value -> any.stream().anyMatch(one -> one.test(value));
    }

    private static boolean isEmpty(Value value) {
        return PayloadValues.isNull(value)
                || (value.hasListValue() && value.getListValue().getValuesCount() == 0);
    }

    private static boolean within(ValuesCount range, int count) {
        return (!range.hasLt() || count < range.getLt())
                && (!range.hasGt() || count > range.getGt())
                && (!range.hasLte() || count <= range.getLte())
                && (!range.hasGte() || count >= range.getGte());
    }
}
