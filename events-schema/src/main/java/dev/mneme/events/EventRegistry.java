package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The events a node knows: which records, in which versions, and how old ones become new.
 *
 * <p>All of it is listed; nothing is found by searching the class path. Immutable: every {@code with} gives another
 * registry. A record that cannot be an event is refused as it is listed. Whether every version but the newest has an
 * {@link Upcaster} can only be said of the finished list: {@link #check} does, and so does all that uses a registry. A
 * step always leads from a version to the next, so that there is one path, and it cannot turn in a circle.
 *
 * <pre>{@code
 * EventRegistry.of(AgentEvents.all())
 *         .with(MemoryNotedV1.class, MemoryNotedV2.class)
 *         .upcast("memory.noted", 1, data -> data.rename("text", "content"));
 * }</pre>
 */
public final class EventRegistry {

    private final SortedMap<String, EventFamily> families;

    private EventRegistry(SortedMap<String, EventFamily> families) {
        this.families = Collections.unmodifiableSortedMap(families);
    }

    /**
     * A registry of these records.
     *
     * @throws IllegalArgumentException if one of them cannot be an event, or two are the same version of the same event;
     *     names record and component
     */
    @SafeVarargs
    public static EventRegistry of(Class<? extends Event>... types) {
        return new EventRegistry(new TreeMap<>()).with(types);
    }

    /**
     * All that these registries know.
     *
     * @throws IllegalArgumentException if two of them know the same version of the same event
     */
    public static EventRegistry of(EventRegistry... registries) {
        var sum = new TreeMap<String, EventFamily>();
        for (EventRegistry registry : registries) {
            registry.families.forEach((name, family) -> sum.merge(name, family, EventFamily::with));
        }
        return new EventRegistry(sum);
    }

    /** This registry and these records; see {@link #of(Class[])}. */
    @SafeVarargs
    public final EventRegistry with(Class<? extends Event>... types) {
        var more = new TreeMap<>(families);
        for (Class<? extends Event> type : types) {
            EventVersion version = EventVersion.of(requireNonNull(type, "type"));
            String name = version.declaration().name();
            more.put(name, more.getOrDefault(name, new EventFamily(name)).with(version));
        }
        return new EventRegistry(more);
    }

    /**
     * This registry, with the step from a version of an event to the next.
     *
     * @param from the version it begins at; its answer is one version later
     * @throws IllegalArgumentException if the name is none that an event can have, or there is such a step already
     */
    public EventRegistry upcast(String name, int from, Upcaster upcaster) {
        requireNonNull(upcaster, "upcaster");
        if (!EventDeclaration.isName(name)) {
            throw new IllegalArgumentException("name must be that of an event, was '" + name + "'");
        }
        var more = new TreeMap<>(families);
        more.put(name, more.getOrDefault(name, new EventFamily(name)).with(from, upcaster));
        return new EventRegistry(more);
    }

    /**
     * This registry, found whole.
     *
     * @throws IllegalArgumentException if an event has a version missing between two others, lacks the upcaster from a
     *     version that is not its newest, or has one where no version is
     */
    public EventRegistry check() {
        families.values().forEach(EventFamily::check);
        return this;
    }

    /** The events' names, sorted. */
    public Set<String> names() {
        return families.keySet();
    }

    /** The versions known of an event, sorted; empty if it is not known. */
    public SortedSet<Integer> versions(String name) {
        EventFamily family = families.get(name);
        return family == null
                ? Collections.emptySortedSet()
                : Collections.unmodifiableSortedSet(
                        new TreeSet<>(family.versions().keySet()));
    }

    /** The family of that name; null if it is not known. */
    @Nullable
    EventFamily find(String name) {
        return families.get(name);
    }

    Collection<EventFamily> families() {
        return families.values();
    }
}
