package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import dev.mneme.events.SchemaChange.Impact;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Guards what was released: a file in version control that holds the shape of every version, and samples beside it.
 *
 * <p>One line in a unit test compares the records with the file, field by field. What was written must stay readable,
 * and what is written now must be readable by nodes that are not upgraded yet. A change of {@link Impact#WIRE} fails
 * the test; one of {@link Impact#SEMANTIC} does until somebody acknowledges it in the file with date and reason; one of
 * {@link Impact#SAFE} only asks for the file to be brought up to date, by a run with {@code -Dmneme.events.accept=true}.
 * In the folder {@code events.samples} beside the file stands at least one encoded event of each version; such a file is
 * never changed, and is decoded by every run. Add samples of your own there.
 *
 * <pre>{@code
 * @Test void eventsStayCompatible() { SchemaLock.at(Path.of("events.lock.json")).verify(registry); }
 * }</pre>
 */
public final class SchemaLock {

    /** The system property by which a run brings the lock up to date. */
    public static final String ACCEPT = "mneme.events.accept";

    private final Path file;
    private final SampleStore samples;
    private final boolean accept;

    private SchemaLock(Path file, boolean accept) {
        this.file = file;
        this.samples = new SampleStore(file.resolveSibling("events.samples"));
        this.accept = accept;
    }

    /** The lock in that file, which need not be there yet; a relative path starts from the module's folder in Maven's tests. */
    public static SchemaLock at(Path file) {
        return new SchemaLock(file, Boolean.getBoolean(ACCEPT));
    }

    /** This lock, brought up to date by {@link #verify} or not, whatever the system property says. */
    public SchemaLock accepting(boolean accept) {
        return new SchemaLock(file, accept);
    }

    /**
     * Compares the registry with the lock.
     *
     * @throws SchemaLockException if they differ; says for each difference the event, the field, the rule and the remedy.
     *     While accepting, only if a difference breaks something and is not acknowledged
     * @throws IllegalArgumentException if the registry is not whole; see {@link EventRegistry#check}
     */
    public void verify(EventRegistry registry) {
        LockFile lock = read();
        List<SchemaChange> changes = compare(registry, lock);
        List<SchemaChange> breaking = changes.stream()
                .filter(change -> change.impact() == Impact.WIRE
                        || (change.impact() == Impact.SEMANTIC && !lock.acknowledges(change)))
                .toList();
        if (!breaking.isEmpty()) {
            throw new SchemaLockException(message(breaking), changes);
        }
        if (changes.isEmpty() && Files.exists(file)) {
            return;
        }
        if (!accept) {
            throw new SchemaLockException(
                    file + " is not up to date; run this test once with -D" + ACCEPT + "=true and commit it\n"
                            + lines(changes),
                    changes);
        }
        update(registry, lock);
    }

    /** All differences between the registry and the lock, the harmless too. */
    public List<SchemaChange> compare(EventRegistry registry) {
        return compare(registry, read());
    }

    private List<SchemaChange> compare(EventRegistry registry, LockFile lock) {
        return new SchemaComparison(registry.check(), lock, samples, codec(registry)).changes();
    }

    private void update(EventRegistry registry, LockFile lock) {
        EventCodec codec = codec(registry);
        var types = new TreeMap<String, SortedMap<Integer, VersionSchema>>();
        for (EventFamily family : registry.families()) {
            var versions = new TreeMap<Integer, VersionSchema>();
            for (EventVersion version : family.versions().values()) {
                if (samples.of(family.name(), version.number()).isEmpty()) {
                    samples.generate(version, codec);
                }
                var digests = new TreeMap<String, String>();
                samples.of(family.name(), version.number())
                        .forEach((name, bytes) -> digests.put(name, SampleStore.digest(bytes)));
                versions.put(version.number(), VersionSchema.of(version, digests));
            }
            types.put(family.name(), versions);
        }
        new LockFile(types, lock.acknowledged()).write(file);
    }

    private LockFile read() {
        return Files.exists(requireNonNull(file)) ? LockFile.read(file) : LockFile.empty();
    }

    private String message(List<SchemaChange> breaking) {
        var text = new StringBuilder("events do not fit " + file + "\n" + lines(breaking));
        breaking.stream()
                .filter(change -> change.impact() == Impact.SEMANTIC)
                .findFirst()
                .ifPresent(change -> text.append(
                                "\nTo acknowledge a SEMANTIC change, add to \"acknowledged\" in the lock:\n  ")
                        .append(JsonText.of(acknowledgement(change)).strip()));
        return text.toString();
    }

    private static Map<String, Object> acknowledgement(SchemaChange change) {
        var json = new LinkedHashMap<String, Object>();
        json.put("change", change.what());
        json.put("date", "…");
        json.put("reason", "…");
        return json;
    }

    private static String lines(List<SchemaChange> changes) {
        return changes.stream().map(change -> "  " + change).collect(Collectors.joining("\n"));
    }

    // samples are held to no limit but memory's: a host's own codec may have wider ones than the usual
    private static EventCodec codec(EventRegistry registry) {
        return EventCodec.builder(registry)
                .maxBytes(64 << 20)
                .maxTextLength(64 << 20)
                .maxDepth(500)
                .build();
    }
}
