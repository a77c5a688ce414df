package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All versions of one event that a node knows, and the steps between them. Immutable. */
final class EventFamily {

    private final String name;
    private final SortedMap<Integer, EventVersion> versions;
    private final SortedMap<Integer, Upcaster> upcasters;

    EventFamily(String name) {
        this(name, new TreeMap<>(), new TreeMap<>());
    }

    private EventFamily(
            String name, SortedMap<Integer, EventVersion> versions, SortedMap<Integer, Upcaster> upcasters) {
        this.name = name;
        this.versions = Collections.unmodifiableSortedMap(versions);
        this.upcasters = Collections.unmodifiableSortedMap(upcasters);
    }

    EventFamily with(EventVersion version) {
        var more = new TreeMap<>(versions);
        EventVersion other = more.put(version.number(), version);
        if (other != null) {
            throw new IllegalArgumentException(version.declaration() + " must be one record, is "
                    + other.shape().type().getName() + " and "
                    + version.shape().type().getName());
        }
        return new EventFamily(name, more, upcasters);
    }

    EventFamily with(int from, Upcaster upcaster) {
        var more = new TreeMap<>(upcasters);
        if (more.put(from, upcaster) != null) {
            throw new IllegalArgumentException(name + " must have one upcaster from " + from + ", has two");
        }
        return new EventFamily(name, versions, more);
    }

    EventFamily with(EventFamily other) {
        EventFamily sum = this;
        for (EventVersion version : other.versions.values()) {
            sum = sum.with(version);
        }
        for (Map.Entry<Integer, Upcaster> step : other.upcasters.entrySet()) {
            sum = sum.with(step.getKey(), step.getValue());
        }
        return sum;
    }

    String name() {
        return name;
    }

    SortedMap<Integer, EventVersion> versions() {
        return versions;
    }

    EventVersion newest() {
        return requireNonNull(versions.get(versions.lastKey()));
    }

    int oldest() {
        return versions.firstKey();
    }

    boolean hasUpcaster(int from) {
        return upcasters.containsKey(from);
    }

    /** Leads the data of an old version through every step to the newest. */
    @Nullable
    EventNode upcast(EventNode data, int from) {
        EventNode now = data;
        for (int version = from; version < newest().number(); version++) {
            now = requireNonNull(upcasters.get(version)).upcast(now);
            if (now == null) {
                return null;
            }
        }
        return now;
    }

    /**
     * @throws IllegalArgumentException if a version or a step between two is missing, or a step leads from or to nowhere
     */
    void check() {
        if (versions.isEmpty()) {
            throw new IllegalArgumentException(name + " must have a record, has only upcasters");
        }
        for (int version = oldest(); version <= newest().number(); version++) {
            if (!versions.containsKey(version)) {
                throw new IllegalArgumentException(name + " must have every version from " + oldest() + " to "
                        + newest().number() + ", version " + version + " is missing");
            }
            if (version < newest().number() && !upcasters.containsKey(version)) {
                throw new IllegalArgumentException(
                        name + " must have an upcaster from each version but the newest, that from " + version + " to "
                                + (version + 1) + " is missing");
            }
        }
        for (int from : upcasters.keySet()) {
            if (from < oldest() || from >= newest().number()) {
                throw new IllegalArgumentException(name + " must have upcasters between its versions " + oldest()
                        + " to " + newest().number() + " only, has one from " + from);
            }
        }
    }
}
