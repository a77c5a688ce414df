package dev.mneme.memory.context;

import dev.mneme.memory.context.MetaValue.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A condition on an interaction's type, success, time, session, speaker, position, importance, pin or metadata.
 *
 * <p>Conditions start at {@link Fields} and are joined by {@link #and}, {@link #or} and {@link #not}. A condition on a
 * part that an interaction does not have is false, so its {@code not} is true. Wrong filters fail when they are made:
 * an unknown field, a value of the wrong kind, an empty {@code in}. One thing only the memory itself knows: a filter on
 * a metadata key that there holds values of other kinds alone is refused by the search.
 *
 * <p>The records below are for those who translate filters for a store.
 */
public sealed interface Filter {

    /** The most parts of one {@code and} or {@code or}. */
    int MAX_PARTS = 1_024;

    /** The most values of one {@code in}. */
    int MAX_VALUES = 1_024;

    /** The most levels of conditions within conditions. */
    int MAX_DEPTH = 64;

    /** Whether the interaction satisfies the condition. */
    boolean matches(Interaction interaction);

    /** How many levels of conditions this is; 1 for a single one. */
    int depth();

    /** Both this and the other. */
    default Filter and(Filter other) {
        return new And(joined(this instanceof And and ? and.all : List.of(this), other));
    }

    /** This or the other, or both. */
    default Filter or(Filter other) {
        return new Or(joined(this instanceof Or or ? or.any : List.of(this), other));
    }

    /** Not this. */
    default Filter not() {
        return new Not(this);
    }

    /**
     * All of them.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Filter all(Filter... filters) {
        return new And(Arrays.asList(filters));
    }

    /**
     * At least one of them.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Filter any(Filter... filters) {
        return new Or(Arrays.asList(filters));
    }

    /** The field has this value. */
    record Equals(Field field, MetaValue value) implements Filter {

        /**
         * @throws IllegalArgumentException if the field holds another kind of value
         */
        public Equals {
            field.checkHolds(value);
        }

        @Override
        public boolean matches(Interaction interaction) {
            MetaValue found = field.in(interaction);
            return found != null && MetaValue.same(found, value);
        }

        @Override
        public int depth() {
            return 1;
        }
    }

    /** The field has one of these values, all of one kind. */
    record In(Field field, List<MetaValue> values) implements Filter {

        /**
         * @throws IllegalArgumentException if there is no value, there are more than {@value Filter#MAX_VALUES}, they
         *     are of several kinds, or the field holds another kind
         */
        public In {
            values = List.copyOf(values);
            if (values.isEmpty() || values.size() > MAX_VALUES) {
                throw new IllegalArgumentException("the filter '" + field.name() + " in' must have 1 to " + MAX_VALUES
                        + " values, had " + values.size());
            }
            Kind kind = values.get(0).kind();
            for (MetaValue value : values) {
                field.checkHolds(value);
                if (value.kind() != kind) {
                    throw new IllegalArgumentException("the filter '" + field.name()
                            + " in' must have values of one kind, had " + kind + " and " + value.kind());
                }
            }
        }

        @Override
        public boolean matches(Interaction interaction) {
            MetaValue found = field.in(interaction);
            if (found == null) {
                return false;
            }
            for (MetaValue value : values) {
                if (MetaValue.same(found, value)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public int depth() {
            return 1;
        }
    }

    /** The field lies between two bounds, or above or below one. */
    record Range(Field field, Optional<Bound> lower, Optional<Bound> upper) implements Filter {

        /** An end of a range. */
        public record Bound(MetaValue value, boolean inclusive) {}

        /**
         * @throws IllegalArgumentException if there is no bound, the bounds are not both numbers or both times, or the
         *     field holds another kind
         */
        public Range {
            if (lower.isEmpty() && upper.isEmpty()) {
                throw new IllegalArgumentException("the range of '" + field.name() + "' must have a bound, had none");
            }
            lower.ifPresent(bound -> checkBound(field, bound));
            upper.ifPresent(bound -> checkBound(field, bound));
            if (lower.isPresent() && upper.isPresent()) {
                Kind from = lower.get().value().kind();
                Kind to = upper.get().value().kind();
                if (from != to) {
                    throw new IllegalArgumentException(
                            "the bounds of '" + field.name() + "' must be of one kind, were " + from + " and " + to);
                }
            }
        }

        private static void checkBound(Field field, Bound bound) {
            field.checkHolds(bound.value);
            Kind kind = bound.value.kind();
            if (kind != Kind.NUMBER && kind != Kind.TIME) {
                throw new IllegalArgumentException(
                        "the range of '" + field.name() + "' must have numbers or times as bounds, was " + kind);
            }
        }

        /** The kind of the bounds, and so of the values that can lie between them. */
        public Kind kind() {
            return lower.or(() -> upper).orElseThrow().value().kind();
        }

        @Override
        public boolean matches(Interaction interaction) {
            MetaValue found = field.in(interaction);
            if (found == null || found.kind() != kind()) {
                return false;
            }
            if (lower.isPresent()) {
                int order = MetaValue.compare(found, lower.get().value());
                if (order < 0 || (order == 0 && !lower.get().inclusive())) {
                    return false;
                }
            }
            if (upper.isPresent()) {
                int order = MetaValue.compare(found, upper.get().value());
                return order < 0 || (order == 0 && upper.get().inclusive());
            }
            return true;
        }

        @Override
        public int depth() {
            return 1;
        }
    }

    /** The field has a value. */
    record Exists(Field field) implements Filter {
        @Override
        public boolean matches(Interaction interaction) {
            return field.in(interaction) != null;
        }

        @Override
        public int depth() {
            return 1;
        }
    }

    /** All of these hold. */
    record And(List<Filter> all) implements Filter {

        /**
         * @throws IllegalArgumentException if there is no part, there are more than {@value Filter#MAX_PARTS}, or the
         *     whole has more than {@value Filter#MAX_DEPTH} levels
         */
        public And {
            all = checkParts("and", all);
        }

        @Override
        public boolean matches(Interaction interaction) {
            for (Filter part : all) {
                if (!part.matches(interaction)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public int depth() {
            return depthAround(all);
        }
    }

    /** At least one of these holds. */
    record Or(List<Filter> any) implements Filter {

        /**
         * @throws IllegalArgumentException if there is no part, there are more than {@value Filter#MAX_PARTS}, or the
         *     whole has more than {@value Filter#MAX_DEPTH} levels
         */
        public Or {
            any = checkParts("or", any);
        }

        @Override
        public boolean matches(Interaction interaction) {
            for (Filter part : any) {
                if (part.matches(interaction)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public int depth() {
            return depthAround(any);
        }
    }

    /** This does not hold. */
    record Not(Filter filter) implements Filter {

        /**
         * @throws IllegalArgumentException if the whole has more than {@value Filter#MAX_DEPTH} levels
         */
        public Not {
            checkParts("not", List.of(filter));
        }

        @Override
        public boolean matches(Interaction interaction) {
            return !filter.matches(interaction);
        }

        @Override
        public int depth() {
            return 1 + filter.depth();
        }
    }

    private static List<Filter> checkParts(String what, List<Filter> parts) {
        if (parts.isEmpty() || parts.size() > MAX_PARTS) {
            throw new IllegalArgumentException(
                    "the filter '" + what + "' must have 1 to " + MAX_PARTS + " parts, had " + parts.size());
        }
        if (depthAround(parts) > MAX_DEPTH) {
            throw new IllegalArgumentException(
                    "a filter must have at most " + MAX_DEPTH + " levels, had " + depthAround(parts));
        }
        return List.copyOf(parts);
    }

    private static int depthAround(List<Filter> parts) {
        int deepest = 0;
        for (Filter part : parts) {
            deepest = Math.max(deepest, part.depth());
        }
        return deepest + 1;
    }

    private static List<Filter> joined(List<Filter> parts, Filter last) {
        var all = new ArrayList<>(parts);
        all.add(last);
        return all;
    }
}
