package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Common.Match;
import io.qdrant.client.grpc.JsonWithInt.Value;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** Conditions on single values. A kind that is not asked for does not match, but is no error. */
final class Matches {

    private Matches() {}

    /**
     * Reads a match. Texts are matched as without a text index: as a part of the value, letter by letter.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it says nothing
     */
    static Predicate<Value> of(Match match) {
        return switch (match.getMatchValueCase()) {
            case KEYWORD ->
                value -> value.hasStringValue() && value.getStringValue().equals(match.getKeyword());
            case INTEGER -> value -> value.hasIntegerValue() && value.getIntegerValue() == match.getInteger();
            case BOOLEAN -> value -> value.hasBoolValue() && value.getBoolValue() == match.getBoolean();
            case TEXT ->
                value -> value.hasStringValue() && value.getStringValue().contains(match.getText());
            case PHRASE ->
                value -> value.hasStringValue() && value.getStringValue().contains(match.getPhrase());
            case TEXT_ANY -> {
                String[] words = match.getTextAny().strip().split("\\s+", -1);
                yield value -> value.hasStringValue()
                        && Arrays.stream(words)
                                .anyMatch(word -> value.getStringValue().contains(word));
            }
            case KEYWORDS -> oneOf(match.getKeywords().getStringsList());
            case INTEGERS -> oneOf(match.getIntegers().getIntegersList());
            case EXCEPT_KEYWORDS -> otherThan(oneOf(match.getExceptKeywords().getStringsList()));
            case EXCEPT_INTEGERS -> otherThan(oneOf(match.getExceptIntegers().getIntegersList()));
            case MATCHVALUE_NOT_SET -> throw Refusals.invalid("Malformed Match condition");
        };
    }

    private static Predicate<Value> oneOf(Collection<?> values) {
        Set<Object> wanted = new HashSet<>(values);
        return value -> value.hasStringValue()
                ? wanted.contains(value.getStringValue())
                : value.hasIntegerValue() && wanted.contains(value.getIntegerValue());
    }

    /** Null is no other value. */
    private static Predicate<Value> otherThan(Predicate<Value> condition) {
        return value -> !PayloadValues.isNull(value) && !condition.test(value);
    }
}
