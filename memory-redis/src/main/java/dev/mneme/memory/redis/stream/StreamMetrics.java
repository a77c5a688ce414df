package dev.mneme.memory.redis.stream;

import static java.util.Objects.requireNonNull;

import dev.mneme.events.stream.StreamReport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The meters of a stream in Redis, tagged by {@code stream} and, but for the first two, by {@code group}. Gauges tell what
 * the stream's own thread last saw, about a second ago; while Redis is away, what it saw before. What is not known is NaN.
 *
 * <ul>
 *   <li>{@code mneme.stream.length}: entries, finished ones included
 *   <li>{@code mneme.stream.groups.behind}: groups whose oldest event has waited for too long
 *   <li>{@code mneme.stream.lag}, {@code mneme.stream.pending}, {@code mneme.stream.dead}, {@code mneme.stream.oldest}
 *   <li>{@code mneme.stream.handled}, {@code mneme.stream.skipped}, {@code mneme.stream.failures}, {@code
 *       mneme.stream.died}, {@code mneme.stream.reclaimed}: by this process
 *   <li>{@code mneme.stream.lost}: events that were gone before they were finished; anything but zero means that Redis
 *       lost data, or that somebody else deletes entries
 * </ul>
 */
public final class StreamMetrics implements MeterBinder {

    private final RedisEventStream stream;
    private final List<String> groups;

    /**
     * @param groups the groups to be told of, so that there are no more tags than these
     */
    public StreamMetrics(RedisEventStream stream, String... groups) {
        this.stream = requireNonNull(stream, "stream");
        this.groups = List.of(groups);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Tags tags = Tags.of("stream", stream.name());
        Gauge.builder("mneme.stream.length", stream, StreamMetrics::length)
                .tags(tags)
                .register(registry);
        Gauge.builder(
                        "mneme.stream.groups.behind",
                        stream,
                        it -> it.watch().backlogs().size())
                .tags(tags)
                .register(registry);
        groups.forEach(group -> bind(registry, tags.and("group", group), group));
    }

    private void bind(MeterRegistry registry, Tags tags, String group) {
        gauge(
                registry,
                "mneme.stream.lag",
                tags,
                group,
                it -> it.lag().isPresent() ? it.lag().getAsLong() : Double.NaN);
        gauge(registry, "mneme.stream.pending", tags, group, StreamReport.Group::pending);
        gauge(registry, "mneme.stream.dead", tags, group, StreamReport.Group::dead);
        TimeGauge.builder(
                        "mneme.stream.oldest",
                        stream,
                        TimeUnit.MILLISECONDS,
                        it -> of(it, group, found -> found.oldest().toMillis()))
                .tags(tags)
                .register(registry);
        counter(registry, "mneme.stream.handled", tags, group, it -> it.handled.sum());
        counter(registry, "mneme.stream.skipped", tags, group, it -> it.skipped.sum());
        counter(registry, "mneme.stream.failures", tags, group, it -> it.failures.sum());
        counter(registry, "mneme.stream.died", tags, group, it -> it.dead.sum());
        counter(registry, "mneme.stream.reclaimed", tags, group, it -> it.reclaimed.sum());
        counter(registry, "mneme.stream.lost", tags, group, it -> it.lost.sum());
    }

    private void gauge(
            MeterRegistry registry, String name, Tags tags, String group, ToDoubleFunction<StreamReport.Group> value) {
        Gauge.builder(name, stream, it -> of(it, group, value)).tags(tags).register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, Tags tags, String group, ToLongFunction<GroupCounts> value) {
        FunctionCounter.builder(name, stream, it -> {
                    GroupCounts counts = it.counts().get(group);
                    return counts == null ? 0 : value.applyAsLong(counts);
                })
                .tags(tags)
                .register(registry);
    }

    private static double length(RedisEventStream stream) {
        StreamReport report = stream.watch().lastReport();
        return report == null ? Double.NaN : report.length();
    }

    private static double of(RedisEventStream stream, String group, ToDoubleFunction<StreamReport.Group> value) {
        StreamReport report = stream.watch().lastReport();
        if (report == null) {
            return Double.NaN;
        }
        return report.groups().stream()
                .filter(found -> found.name().equals(group))
                .mapToDouble(value)
                .findFirst()
                .orElse(Double.NaN);
    }
}
