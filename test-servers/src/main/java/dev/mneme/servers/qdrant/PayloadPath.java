package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.JsonWithInt.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path into a payload, such as {@code city}, {@code country.cities[].name}, {@code list[2]} or {@code "a.b".c}.
 *
 * <p>An array is only gone into by brackets; a path that ends at one gives the array itself.
 */
final class PayloadPath {

    private static final Pattern STEP = Pattern.compile("(?:\"([^\"]*)\"|([^.\\[\\]\"]+))((?:\\[\\d*])*)(\\.|$)");
    private static final Pattern BRACKET = Pattern.compile("\\[(\\d*)]");

    /** A key, or an element of an array, or with neither all elements. */
    private record Step(@Nullable String key, @Nullable Integer index) {
        static final Step ALL = new Step(null, null);
    }

    private final String text;
    private final List<Step> steps;

    private PayloadPath(String text, List<Step> steps) {
        this.text = text;
        this.steps = steps;
    }

    /**
     * Reads a path.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it is none
     */
    static PayloadPath of(String text) {
        List<Step> steps = new ArrayList<>();
        Matcher step = STEP.matcher(text);
        int at = 0;
        while (at < text.length() && step.find(at) && step.start() == at) {
            steps.add(new Step(step.group(1) == null ? step.group(2) : step.group(1), null));
            Matcher bracket = BRACKET.matcher(step.group(3));
            while (bracket.find()) {
                steps.add(bracket.group(1).isEmpty() ? Step.ALL : new Step(null, Integer.valueOf(bracket.group(1))));
            }
            at = step.end();
        }
        if (steps.isEmpty() || at < text.length() || text.endsWith(".")) {
            throw Refusals.invalid("Invalid json path: '" + text + "'");
        }
        return new PayloadPath(text, steps);
    }

    /** The elements of the array at this path. */
    PayloadPath elements() {
        if (steps.get(steps.size() - 1).equals(Step.ALL)) {
            return this;
        }
        List<Step> longer = new ArrayList<>(steps);
        longer.add(Step.ALL);
        return new PayloadPath(text + "[]", longer);
    }

    /** All values at this path, none if there is no such place. */
    List<Value> in(Map<String, Value> payload) {
        Value first = payload.get(steps.get(0).key);
        if (first == null) {
            return List.of();
        }
        List<Value> found = List.of(first);
        for (Step step : steps.subList(1, steps.size())) {
            found = within(found, step);
        }
        return found;
    }

    @Override
    public String toString() {
        return text;
    }

    private static List<Value> within(List<Value> values, Step step) {
        List<Value> next = new ArrayList<>();
        for (Value value : values) {
            if (step.key != null) {
                Value inner = value.getStructValue().getFieldsMap().get(step.key);
                if (inner != null) {
                    next.add(inner);
                }
            } else if (step.index == null) {
                next.addAll(value.getListValue().getValuesList());
            } else if (step.index < value.getListValue().getValuesCount()) {
                next.add(value.getListValue().getValues(step.index));
            }
        }
        return next;
    }
}
