package dev.mneme.memory.lucene;

import dev.mneme.memory.context.Field;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.MetaValue;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Filter} made ready for the columns of {@link FactRows}: it holds for the same records as {@link
 * Filter#matches}, and makes no object for any of them.
 */
final class RowFilter {

    private final FactRows rows;

    private RowFilter(FactRows rows) {
        this.rows = rows;
    }

    /** The filter for rows that are live; to be used before the rows are changed again. */
    static IntPredicate of(Filter filter, FactRows rows) {
        return new RowFilter(rows).of(filter);
    }

    private IntPredicate of(Filter filter) {
        if (filter instanceof Filter.Equals equals) {
            return among(equals.field(), List.of(equals.value()));
        }
        if (filter instanceof Filter.In in) {
            return among(in.field(), in.values());
        }
        if (filter instanceof Filter.Range range) {
            return range(range);
        }
        if (filter instanceof Filter.Exists exists) {
            return exists(exists.field());
        }
        if (filter instanceof Filter.And and) {
            return all(and.all().stream().map(this::of).toArray(IntPredicate[]::new));
        }
        if (filter instanceof Filter.Or or) {
            return any(or.any().stream().map(this::of).toArray(IntPredicate[]::new));
        }
        return of(((Filter.Not) filter).filter()).negate();
    }

    private static IntPredicate all(IntPredicate[] parts) {
        return row -> {
            for (IntPredicate part : parts) {
                if (!part.test(row)) {
                    return false;
                }
            }
            return true;
        };
    }

    private static IntPredicate any(IntPredicate[] parts) {
        return row -> {
            for (IntPredicate part : parts) {
                if (part.test(row)) {
                    return true;
                }
            }
            return false;
        };
    }

    /** The field has one of the values; a filter holds only values of the field's kind. */
    private IntPredicate among(Field field, List<MetaValue> values) {
        return switch (field.name()) {
            case "type" -> text(rows::type, values);
            case "session" -> text(rows::session, values);
            case "speaker" -> text(rows::speaker, values);
            case "success" -> {
                boolean ofTrue = values.contains(MetaValue.of(true));
                boolean ofFalse = values.contains(MetaValue.of(false));
                yield row -> rows.hasOutcome(row) && (rows.succeeded(row) ? ofTrue : ofFalse);
            }
            case "pinned" -> {
                boolean ofTrue = values.contains(MetaValue.of(true));
                boolean ofFalse = values.contains(MetaValue.of(false));
                yield row -> rows.isPinned(row) ? ofTrue : ofFalse;
            }
            case "position" -> number(rows::position, values).and(row -> rows.position(row) >= 0);
            case "importance" -> number(rows::importance, values);
            case "time" -> {
                Set<Long> times = new HashSet<>();
                values.forEach(value -> times.add(millis(value)));
                if (times.size() == 1) {
                    long only = millis(values.get(0));
                    yield row -> rows.time(row) == only;
                }
                yield row -> times.contains(rows.time(row));
            }
            default -> metaAmong(key(field), values);
        };
    }

    private static IntPredicate text(IntFunction<@Nullable String> column, List<MetaValue> values) {
        if (values.size() == 1) {
            String only = ((MetaValue.Text) values.get(0)).value();
            return row -> only.equals(column.apply(row));
        }
        Set<String> texts = new HashSet<>();
        values.forEach(value -> texts.add(((MetaValue.Text) value).value()));
        return row -> {
            String text = column.apply(row);
            return text != null && texts.contains(text);
        };
    }

    private static IntPredicate number(IntToDoubleFunction column, List<MetaValue> values) {
        double[] numbers = values.stream().mapToDouble(RowFilter::number).toArray();
        return row -> {
            double there = column.applyAsDouble(row);
            for (double number : numbers) {
                if (there == number) {
                    return true;
                }
            }
            return false;
        };
    }

    private IntPredicate metaAmong(String key, List<MetaValue> values) {
        return row -> {
            MetaValue there = rows.metadata(row).find(key);
            if (there == null) {
                return false;
            }
            for (MetaValue value : values) {
                if (MetaValue.same(there, value)) {
                    return true;
                }
            }
            return false;
        };
    }

    private IntPredicate range(Filter.Range range) {
        return switch (range.field().name()) {
            case "position" -> between(rows::position, range).and(row -> rows.position(row) >= 0);
            case "importance" -> between(rows::importance, range);
            case "time" -> times(range);
            default -> {
                String key = key(range.field());
                yield row -> {
                    MetaValue there = rows.metadata(row).find(key);
                    return there != null && there.kind() == range.kind() && isWithin(there, range);
                };
            }
        };
    }

    private static IntPredicate between(IntToDoubleFunction column, Filter.Range range) {
        Optional<Filter.Range.Bound> lower = range.lower();
        Optional<Filter.Range.Bound> upper = range.upper();
        double from = lower.map(bound -> number(bound.value())).orElse(Double.NEGATIVE_INFINITY);
        double to = upper.map(bound -> number(bound.value())).orElse(Double.POSITIVE_INFINITY);
        boolean withFrom = lower.isPresent() && lower.get().inclusive();
        boolean withTo = upper.isPresent() && upper.get().inclusive();
        return row -> {
            double there = column.applyAsDouble(row);
            return (there > from || (withFrom && there == from)) && (there < to || (withTo && there == to));
        };
    }

    private IntPredicate times(Filter.Range range) {
        Optional<Filter.Range.Bound> lower = range.lower();
        Optional<Filter.Range.Bound> upper = range.upper();
        long from = lower.map(bound -> millis(bound.value())).orElse(Long.MIN_VALUE);
        long to = upper.map(bound -> millis(bound.value())).orElse(Long.MAX_VALUE);
        boolean withFrom = lower.isEmpty() || lower.get().inclusive();
        boolean withTo = upper.isEmpty() || upper.get().inclusive();
        return row -> {
            long there = rows.time(row);
            return (there > from || (withFrom && there == from)) && (there < to || (withTo && there == to));
        };
    }

    private static boolean isWithin(MetaValue there, Filter.Range range) {
        if (range.lower().isPresent()) {
            int order = MetaValue.compare(there, range.lower().get().value());
            if (order < 0 || (order == 0 && !range.lower().get().inclusive())) {
                return false;
            }
        }
        if (range.upper().isPresent()) {
            int order = MetaValue.compare(there, range.upper().get().value());
            return order < 0 || (order == 0 && range.upper().get().inclusive());
        }
        return true;
    }

    private IntPredicate exists(Field field) {
        return switch (field.name()) {
            case "type", "time", "importance", "pinned" -> row -> true;
            case "success" -> rows::hasOutcome;
            case "session" -> row -> rows.session(row) != null;
            case "speaker" -> row -> rows.speaker(row) != null;
            case "position" -> row -> rows.position(row) >= 0;
            default -> {
                String key = key(field);
                yield row -> rows.metadata(row).find(key) != null;
            }
        };
    }

    private static String key(Field field) {
        return field.metaKey().orElseThrow();
    }

    private static long millis(MetaValue value) {
        return ((MetaValue.Time) value).value().toEpochMilli();
    }

    /** Positions and importances are small enough for a rounded long to stand on the same side of them. */
    private static double number(MetaValue value) {
        return value instanceof MetaValue.Whole whole ? whole.value() : ((MetaValue.Decimal) value).value();
    }
}
