package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.Field;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Filter.Range.Bound;
import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.context.MetaValue.Kind;
import io.qdrant.client.grpc.Common.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Our filters as the server's: each is mapped whole, so that what the server lets through is what ours lets through. */
final class FilterMapping {

    /** Messages within messages that a server still reads, less what stands around a filter. */
    private static final int MAX_NESTING = 90;

    private final Condition always;

    /**
     * @param always a condition that every record satisfies
     */
    FilterMapping(Condition always) {
        this.always = always;
    }

    /**
     * @throws IllegalArgumentException if the filter, mapped, is nested too deeply for the server
     */
    io.qdrant.client.grpc.Common.Filter filter(Filter filter) {
        var mapped = io.qdrant.client.grpc.Common.Filter.newBuilder();
        require(filter, mapped);
        int nesting = nesting(mapped.build());
        if (nesting > MAX_NESTING) {
            throw new IllegalArgumentException(
                    "a filter must have at most " + MAX_NESTING + " levels as Qdrant counts them, had " + nesting);
        }
        return mapped.build();
    }

    /** Adds to a filter that this must hold. */
    private void require(Filter filter, io.qdrant.client.grpc.Common.Filter.Builder mapped) {
        if (filter instanceof Filter.And and) {
            // the deepest first, since the first "or" costs one level less than others
            and.all().stream()
                    .sorted(Comparator.comparingInt(Filter::depth).reversed())
                    .forEach(part -> require(part, mapped));
        } else if (filter instanceof Filter.Not not) {
            refuse(not.filter(), mapped);
        } else if (filter instanceof Filter.Or or && mapped.getShouldCount() == 0) {
            alternatives(or).forEach(part -> mapped.addShould(condition(part)));
        } else {
            mapped.addMust(condition(filter));
        }
    }

    /** Adds to a filter that this must not hold. */
    private void refuse(Filter filter, io.qdrant.client.grpc.Common.Filter.Builder mapped) {
        if (filter instanceof Filter.Not not) {
            require(not.filter(), mapped);
        } else if (filter instanceof Filter.Or or) {
            or.any().forEach(part -> refuse(part, mapped));
        } else {
            mapped.addMustNot(condition(filter));
        }
    }

    private static List<Filter> alternatives(Filter.Or or) {
        var parts = new ArrayList<Filter>();
        for (Filter part : or.any()) {
            if (part instanceof Filter.Or inner) {
                parts.addAll(alternatives(inner));
            } else {
                parts.add(part);
            }
        }
        return parts;
    }

    private Condition condition(Filter filter) {
        if (filter instanceof Filter.Equals equals) {
            return isAny(equals.field(), List.of(equals.value()));
        }
        if (filter instanceof Filter.In in) {
            return isAny(in.field(), in.values());
        }
        if (filter instanceof Filter.Range range) {
            return between(range.field(), range.kind(), range.lower(), range.upper());
        }
        if (filter instanceof Filter.Exists exists) {
            return exists(exists.field());
        }
        var inner = io.qdrant.client.grpc.Common.Filter.newBuilder();
        require(filter, inner);
        return Conditions.of(inner.build());
    }

    private Condition isAny(Field field, List<MetaValue> values) {
        Optional<String> key = field.metaKey();
        if (key.isPresent()) {
            return keywords(
                    Schema.FACTS,
                    values.stream().map(value -> Facts.same(key.get(), value)).toList());
        }
        Kind kind = field.kind().orElseThrow();
        if (kind == Kind.TEXT) {
            return keywords(
                    field.name(),
                    values.stream()
                            .map(value -> Names.readable(((MetaValue.Text) value).value()))
                            .toList());
        }
        if (kind == Kind.FLAG) {
            return Conditions.any(values.stream()
                    .distinct()
                    .map(value -> Conditions.is(field.name(), ((MetaValue.Flag) value).value()))
                    .toList());
        }
        return Conditions.any(values.stream()
                .map(value -> {
                    Optional<Bound> bound = Optional.of(new Bound(value, true));
                    return between(field, kind, bound, bound);
                })
                .toList());
    }

    private static Condition keywords(String field, List<String> keywords) {
        return keywords.size() == 1 ? Conditions.is(field, keywords.get(0)) : Conditions.isAny(field, keywords);
    }

    private static Condition between(Field field, Kind kind, Optional<Bound> lower, Optional<Bound> upper) {
        Optional<String> key = field.metaKey();
        if (key.isEmpty()) {
            String rest = field.name().equals(Schema.TIME) ? Schema.TIME_REST : null;
            return SplitNumber.between(field.name(), rest, lower, upper);
        }
        return Conditions.nested(
                Schema.NUMBERS,
                io.qdrant.client.grpc.Common.Filter.newBuilder()
                        .addMust(Conditions.is(Schema.KEY, Facts.ordered(kind, key.get())))
                        .addMust(SplitNumber.between(Schema.VALUE, Schema.REST, lower, upper))
                        .build());
    }

    private Condition exists(Field field) {
        Optional<String> key = field.metaKey();
        if (key.isPresent()) {
            return Conditions.isAny(
                    Schema.FACTS,
                    Arrays.stream(Kind.values())
                            .map(kind -> Facts.held(kind, key.get()))
                            .toList());
        }
        return switch (field.name()) {
            case Schema.SESSION, Schema.SPEAKER, Schema.SUCCESS, Schema.POSITION ->
                Conditions.not(Conditions.isEmpty(field.name()));
            default -> always;
        };
    }

    private static int nesting(io.qdrant.client.grpc.Common.Filter filter) {
        int deepest = 0;
        for (List<Condition> conditions :
                List.of(filter.getMustList(), filter.getShouldList(), filter.getMustNotList())) {
            for (Condition condition : conditions) {
                int inner = condition.hasFilter()
                        ? 1 + nesting(condition.getFilter())
                        : condition.hasNested()
                                ? 2 + nesting(condition.getNested().getFilter())
                                : 3;
                deepest = Math.max(deepest, inner);
            }
        }
        return deepest + 1;
    }
}
