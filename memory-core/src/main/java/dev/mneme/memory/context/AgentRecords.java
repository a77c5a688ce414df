package dev.mneme.memory.context;

import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Held;
import dev.mneme.memory.context.spi.RecordSize;
import dev.mneme.memory.context.spi.Staging;
import dev.mneme.memory.context.spi.TextDigest;
import dev.mneme.memory.context.spi.Twins;
import dev.mneme.memory.context.spi.Upkeep;
import dev.mneme.memory.context.spi.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The records of one agent in memory, in the order of their adding. Not safe to share between threads. */
final class AgentRecords implements Staging.Stored {

    private final Upkeep upkeep;
    private final Map<String, Draft> drafts = new LinkedHashMap<>();
    /** When a search last returned a record; of those that none did there is no entry. */
    private final Map<String, Instant> uses = new HashMap<>();

    AgentRecords(Upkeep upkeep) {
        this.upkeep = upkeep;
    }

    /** Forgets those whose time is over. */
    void removeOver(Instant now) {
        drafts.values().removeIf(draft -> isOver(draft.interaction(), now));
        uses.keySet().retainAll(drafts.keySet());
    }

    private static boolean isOver(Interaction interaction, Instant now) {
        Instant time = interaction.time().orElseThrow();
        // by the age, since adding a long time to live to a late time could overflow
        return interaction
                .ttl()
                .filter(ttl -> Duration.between(time, now).compareTo(ttl) >= 0)
                .isPresent();
    }

    Collection<Draft> all() {
        return drafts.values();
    }

    Optional<Draft> find(String id) {
        return Optional.ofNullable(drafts.get(id));
    }

    void put(Draft draft) {
        String id = draft.interaction().id();
        drafts.put(id, draft);
        uses.remove(id);
    }

    boolean remove(String id) {
        uses.remove(id);
        return drafts.remove(id) != null;
    }

    void used(String id, Instant now) {
        uses.put(id, Interaction.toMillisecond(now));
    }

    List<Held> held() {
        var held = new ArrayList<Held>(drafts.size());
        for (Draft draft : drafts.values()) {
            Instant used = uses.get(draft.interaction().id());
            held.add(used == null ? Held.unused(draft.interaction()) : new Held(draft.interaction(), used));
        }
        return held;
    }

    List<Interaction> interactions() {
        return drafts.values().stream().map(Draft::interaction).toList();
    }

    /** The sum of {@link RecordSize}. */
    long bytes() {
        long bytes = 0;
        for (Draft draft : drafts.values()) {
            bytes += RecordSize.of(draft.interaction(), draft.unit().length);
        }
        return bytes;
    }

    @Override
    public Optional<Interaction> facts(String id) {
        return find(id).map(Draft::interaction);
    }

    @Override
    public Draft draft(String id) {
        return find(id).orElseThrow();
    }

    @Override
    public Collection<String> twins(Draft draft) {
        Optional<TextDigest> digest = TextDigest.of(draft.interaction());
        double least = Twins.minCosine(upkeep.duplicates());
        var twins = new ArrayList<String>();
        for (Draft other : drafts.values()) {
            if (!Twins.haveOnePlace(draft.interaction(), other.interaction())) {
                continue;
            }
            boolean sameText = digest.isPresent() && digest.equals(TextDigest.of(other.interaction()));
            boolean near = !Vectors.isZero(draft.unit()) && Vectors.cosine(draft.unit(), other.unit(), 0) >= least;
            if (sameText || near) {
                twins.add(other.interaction().id());
            }
        }
        return twins;
    }

    @Override
    public long count() {
        return drafts.size();
    }

    @Override
    public long pinned() {
        return drafts.values().stream()
                .filter(draft -> draft.interaction().isPinned())
                .count();
    }
}
