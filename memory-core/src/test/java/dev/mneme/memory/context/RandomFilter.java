package dev.mneme.memory.context;

import dev.mneme.memory.context.Filter.Range.Bound;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A filter made at random, and beside it the same condition written by plain means: the judge of the filter. */
record RandomFilter(Filter filter, Predicate<Interaction> naive) {

    /** A part of an interaction as a plain object: a String, a BigDecimal, a Boolean, an Instant, or null. */
    private record Part(String name, Function<Interaction, @Nullable Object> in, List<Object> samples) {}

    private static final List<Object> COUNTS = List.of(
            new BigDecimal("-1"),
            new BigDecimal("0"),
            new BigDecimal("1"),
            new BigDecimal("1.5"),
            new BigDecimal("2"),
            new BigDecimal("3"),
            new BigDecimal("9007199254740993"),
            new BigDecimal("9007199254740992"));
    private static final List<Object> TIMES = times();

    private static final List<Part> PARTS = List.of(
            new Part("type", Interaction::type, List.of("message", "tool_call", "note", "none")),
            new Part("session", i -> i.session().orElse(null), List.of("s1", "s2", "S1", "none")),
            new Part("speaker", i -> i.speaker().orElse(null), List.of("Анна", "Bob", "ann")),
            new Part("success", i -> i.success().orElse(null), List.of(true, false)),
            new Part("pinned", Interaction::isPinned, List.of(true, false)),
            new Part(
                    "position",
                    i -> i.position().isPresent()
                            ? BigDecimal.valueOf(i.position().getAsInt())
                            : null,
                    COUNTS),
            new Part(
                    "importance",
                    i -> new BigDecimal(i.importance()),
                    List.of(new BigDecimal("0"), new BigDecimal("0.25"), new BigDecimal("0.5"), new BigDecimal("1"))),
            new Part("time", i -> i.time().orElseThrow(), TIMES),
            new Part("meta.tool", i -> plain(i.meta().get("tool")), List.of("payments", "Payments", "почта", "")),
            new Part("meta.count", i -> plain(i.meta().get("count")), COUNTS),
            new Part("meta.due", i -> plain(i.meta().get("due")), TIMES),
            new Part("meta.cached", i -> plain(i.meta().get("cached")), List.of(true, false)),
            new Part(
                    "meta.mixed",
                    i -> plain(i.meta().get("mixed")),
                    List.of("1", "true", new BigDecimal("1"), new BigDecimal("1.5"), true, TIMES.get(3))),
            new Part("meta.nobody", i -> null, List.of("x", new BigDecimal("1"), true, TIMES.get(0))));

    private static List<Object> times() {
        var times = new ArrayList<Object>();
        for (int i = -4; i <= 4; i++) {
            times.add(StoreFixture.START.plusMillis(i));
        }
        return times;
    }

    /** An interaction whose parts meet the random filters' values often, or are absent. */
    static Interaction interaction(Random random, String id, String text) {
        Interaction made = Interaction.of(id, text);
        made = random.nextInt(3) == 0
                ? made
                : made.type(List.of("tool_call", "note").get(random.nextInt(2)));
        made = random.nextInt(3) == 0 ? made : made.session((String) pick(random, PARTS.get(1).samples));
        made = random.nextInt(3) == 0 ? made : made.speaker((String) pick(random, PARTS.get(2).samples));
        made = random.nextInt(3) == 0 ? made : made.success(random.nextBoolean());
        made = random.nextInt(4) == 0 ? made.pinned() : made;
        made = random.nextInt(3) == 0 ? made : made.position(random.nextInt(4));
        made = random.nextInt(3) == 0 ? made : made.importance(random.nextInt(5) / 4.0);
        made = made.time((Instant) pick(random, TIMES));
        for (Part part : PARTS) {
            boolean isMeta = part.name.startsWith("meta.") && !part.name.equals("meta.nobody");
            if (isMeta && random.nextInt(3) != 0) {
                made = made.meta(part.name.substring(5), value(random, pick(random, part.samples)));
            }
        }
        return made;
    }

    /** A tree of at most so many levels. */
    static RandomFilter tree(Random random, int levels) {
        int shape = levels <= 1 ? 3 : random.nextInt(5);
        if (shape == 0) {
            RandomFilter inner = tree(random, levels - 1);
            return new RandomFilter(inner.filter.not(), inner.naive.negate());
        }
        if (shape > 2) {
            return leaf(random);
        }
        var filters = new ArrayList<Filter>();
        Predicate<Interaction> all = interaction -> true;
        Predicate<Interaction> any = interaction -> false;
        for (int i = random.nextInt(3); i >= 0; i--) {
            RandomFilter part = tree(random, levels - 1);
            filters.add(part.filter);
            all = all.and(part.naive);
            any = any.or(part.naive);
        }
        return shape == 1
                ? new RandomFilter(new Filter.And(filters), all)
                : new RandomFilter(new Filter.Or(filters), any);
    }

    private static RandomFilter leaf(Random random) {
        Part part = PARTS.get(random.nextInt(PARTS.size()));
        var field = new Field(part.name);
        Object sample = pick(random, part.samples);
        boolean ordered = sample instanceof BigDecimal || sample instanceof Instant;
        switch (random.nextInt(ordered ? 5 : 3)) {
            case 0:
                return new RandomFilter(new Filter.Exists(field), i -> part.in.apply(i) != null);
            case 1:
                return new RandomFilter(
                        new Filter.Equals(field, value(random, sample)), i -> same(part.in.apply(i), sample));
            case 2:
                List<Object> samples = part.samples.stream()
                        .filter(other -> other.getClass() == sample.getClass() && random.nextBoolean())
                        .toList();
                List<Object> values = samples.isEmpty() ? List.of(sample) : samples;
                return new RandomFilter(
                        new Filter.In(
                                field,
                                values.stream().map(one -> value(random, one)).toList()),
                        i -> values.stream().anyMatch(one -> same(part.in.apply(i), one)));
            default:
                return range(random, part, sample);
        }
    }

    private static RandomFilter range(Random random, Part part, Object sample) {
        int ends = random.nextInt(3);
        boolean fromInclusive = random.nextBoolean();
        boolean toInclusive = random.nextBoolean();
        List<Object> comparable = part.samples.stream()
                .filter(other -> other.getClass() == sample.getClass())
                .toList();
        Object upper = pick(random, comparable);
        Optional<Bound> from =
                ends == 1 ? Optional.empty() : Optional.of(new Bound(value(random, sample), fromInclusive));
        Optional<Bound> to = ends == 2 ? Optional.empty() : Optional.of(new Bound(value(random, upper), toInclusive));
        return new RandomFilter(new Filter.Range(new Field(part.name), from, to), interaction -> {
            Object found = part.in.apply(interaction);
            return found != null
                    && found.getClass() == sample.getClass()
                    && (ends == 1 || order(found, sample) > 0 || (fromInclusive && order(found, sample) == 0))
                    && (ends == 2 || order(found, upper) < 0 || (toInclusive && order(found, upper) == 0));
        });
    }

    private static boolean same(@Nullable Object found, Object sample) {
        return found instanceof BigDecimal && sample instanceof BigDecimal
                ? order(found, sample) == 0
                : sample.equals(found);
    }

    private static int order(Object one, Object other) {
        return one instanceof BigDecimal number
                ? number.compareTo((BigDecimal) other)
                : ((Instant) one).compareTo((Instant) other);
    }

    private static Object pick(Random random, List<Object> samples) {
        return samples.get(random.nextInt(samples.size()));
    }

    private static @Nullable Object plain(@Nullable MetaValue value) {
        if (value instanceof MetaValue.Text text) {
            return text.value();
        }
        if (value instanceof MetaValue.Whole whole) {
            return BigDecimal.valueOf(whole.value());
        }
        if (value instanceof MetaValue.Decimal decimal) {
            return new BigDecimal(decimal.value());
        }
        if (value instanceof MetaValue.Flag flag) {
            return flag.value();
        }
        return value instanceof MetaValue.Time time ? time.value() : null;
    }

    /** The sample as a value; a whole number now and then as a decimal, which must make no difference. */
    private static MetaValue value(Random random, Object sample) {
        if (sample instanceof String text) {
            return MetaValue.of(text);
        }
        if (sample instanceof Boolean flag) {
            return MetaValue.of(flag);
        }
        if (sample instanceof Instant time) {
            return MetaValue.of(time);
        }
        var number = (BigDecimal) sample;
        boolean exactAsDouble = new BigDecimal(number.doubleValue()).compareTo(number) == 0;
        boolean isWhole = number.stripTrailingZeros().scale() <= 0;
        return isWhole && (!exactAsDouble || random.nextBoolean())
                ? MetaValue.of(number.longValueExact())
                : MetaValue.of(number.doubleValue());
    }
}
