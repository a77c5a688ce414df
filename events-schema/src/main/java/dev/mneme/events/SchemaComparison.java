package dev.mneme.events;

import dev.mneme.events.SchemaChange.Impact;
import dev.mneme.events.SchemaChange.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One comparison of a registry with a lock and its samples. */
final class SchemaComparison {

    private final EventRegistry registry;
    private final LockFile lock;
    private final SampleStore samples;
    private final EventCodec codec;
    private final List<SchemaChange> changes = new ArrayList<>();

    SchemaComparison(EventRegistry registry, LockFile lock, SampleStore samples, EventCodec codec) {
        this.registry = registry;
        this.lock = lock;
        this.samples = samples;
        this.codec = codec;
    }

    List<SchemaChange> changes() {
        lock.types().forEach((type, versions) -> versions.forEach((number, before) -> released(type, number, before)));
        registry.families().forEach(this::present);
        return withoutEchoes();
    }

    private void released(String type, int number, VersionSchema before) {
        EventFamily family = registry.find(type);
        EventVersion now = family == null ? null : family.versions().get(number);
        if (now != null) {
            changes.addAll(SchemaDiff.of(type, number, nextVersion(type), before, schema(now)));
        } else {
            add(type, number, family == null ? Rule.TYPE_REMOVED : Rule.VERSION_REMOVED, "", "");
        }
    }

    private void present(EventFamily family) {
        Map<Integer, VersionSchema> locked = lock.types().getOrDefault(family.name(), new TreeMap<>());
        family.versions().forEach((number, version) -> {
            if (!locked.containsKey(number)) {
                add(family.name(), number, locked.isEmpty() ? Rule.TYPE_ADDED : Rule.VERSION_ADDED, "", "");
                step(family, version);
            }
            minReader(family, version);
            samples(family.name(), number, locked.get(number));
        });
    }

    private void step(EventFamily family, EventVersion version) {
        EventVersion previous = family.versions().get(version.number() - 1);
        if (previous != null) {
            changes.addAll(SchemaDiff.ofStep(
                    family.name(), version.number(), nextVersion(family.name()), schema(previous), schema(version)));
        }
    }

    private void minReader(EventFamily family, EventVersion version) {
        TypeSchema written = TypeSchema.of(version.shape());
        int from = version.declaration().minReader();
        family.versions()
                .subMap(from, version.number())
                .forEach((reader, older) -> Narrowing.obstacle(written, TypeSchema.of(older.shape()))
                        .ifPresent(obstacle -> add(
                                family.name(),
                                version.number(),
                                Rule.MIN_READER_FALSE,
                                "minReader " + from,
                                "version " + reader + " cannot read it: " + obstacle)));
    }

    private void samples(String type, int version, @Nullable VersionSchema locked) {
        SortedMap<String, byte[]> stored = samples.of(type, version);
        Map<String, String> known = locked == null ? Map.of() : locked.samples();
        known.forEach((name, digest) -> {
            byte[] sample = stored.get(name);
            if (sample == null) {
                add(type, version, Rule.SAMPLE_REMOVED, name, "");
            } else if (!SampleStore.digest(sample).equals(digest)) {
                add(type, version, Rule.SAMPLE_EDITED, name, name);
            }
        });
        stored.forEach((name, bytes) -> {
            String failure = unreadable(type, version, codec.decode(bytes));
            if (!failure.isEmpty()) {
                add(type, version, Rule.SAMPLE_UNREADABLE, name, failure);
            } else if (!known.containsKey(name)) {
                add(type, version, Rule.SAMPLE_ADDED, "", name);
            }
        });
        if (stored.isEmpty() && known.isEmpty() && locked != null) {
            add(type, version, Rule.SAMPLE_ADDED, "", "the first");
        }
    }

    private static String unreadable(String type, int version, Decoded sample) {
        return sample.fold(
                known -> known.envelope().type().equals(type) && known.sentVersion() == version
                        ? ""
                        : "it is " + known.envelope().type() + " v" + known.sentVersion(),
                unknown -> unknown.reason().toString(),
                Decoded.Malformed::detail);
    }

    // a sample that a broken record cannot read says again what was said of the record
    private List<SchemaChange> withoutEchoes() {
        var broken = new HashSet<String>();
        for (SchemaChange change : changes) {
            if (change.impact() == Impact.WIRE && change.rule() != Rule.SAMPLE_UNREADABLE) {
                broken.add(change.type());
            }
        }
        return changes.stream()
                .filter(change -> change.rule() != Rule.SAMPLE_UNREADABLE || !broken.contains(change.type()))
                .toList();
    }

    private void add(String type, int version, Rule rule, String before, String after) {
        changes.add(new SchemaChange(type, version, "", rule, before, after, nextVersion(type)));
    }

    private int nextVersion(String type) {
        EventFamily family = registry.find(type);
        return family == null ? 1 : family.newest().number() + 1;
    }

    private static VersionSchema schema(EventVersion version) {
        return VersionSchema.of(version, Map.of());
    }
}
