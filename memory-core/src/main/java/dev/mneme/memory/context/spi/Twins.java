package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Duplicates;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** When two interactions are one, and what becomes of them; {@link Duplicates} has it in words. */
public final class Twins {

    /** What single precision cannot tell; as for the folding of hits. */
    private static final double TOLERANCE = 1e-6;

    private Twins() {}

    /** The least cosine of duplicates by their vectors; above every cosine if vectors are not compared. */
    public static double minCosine(Duplicates duplicates) {
        return duplicates.similarity().orElse(3) - TOLERANCE;
    }

    /** Whether they may be one, if they say the same: by type, session, speaker and position. */
    public static boolean haveOnePlace(Interaction one, Interaction other) {
        return one.type().equals(other.type())
                && one.session().equals(other.session())
                && one.speaker().equals(other.speaker())
                && (one.position().isEmpty()
                        || other.position().isEmpty()
                        || one.position().equals(other.position()));
    }

    /**
     * The record with what the added one brings.
     *
     * @param stored the whole record
     * @param added one that says the same, its time set
     */
    static Interaction merged(Interaction stored, Interaction added) {
        boolean addedIsNewer = !timeOf(added).isBefore(timeOf(stored));
        Interaction older = addedIsNewer ? stored : added;
        Interaction newer = addedIsNewer ? added : stored;
        Interaction merged = Interaction.of(stored.id(), "")
                .type(stored.type())
                .time(timeOf(newer))
                .importance(Math.max(older.importance(), newer.importance()));
        if (stored.session().isPresent()) {
            merged = merged.session(stored.session().get());
        }
        if (stored.speaker().isPresent()) {
            merged = merged.speaker(stored.speaker().get());
        }
        int position = stored.position().orElse(added.position().orElse(-1));
        merged = position < 0 ? merged : merged.position(position);
        var success = newer.success().or(older::success);
        merged = success.isPresent() ? merged.success(success.get()) : merged;
        merged = older.isPinned() || newer.isPinned() ? merged.pinned() : merged;
        if (older.ttl().isPresent() && newer.ttl().isPresent()) {
            merged = merged.ttl(longer(
                    older.ttl().get().minus(Duration.between(timeOf(older), timeOf(newer))),
                    newer.ttl().get()));
        }
        merged = withMeta(withMeta(merged, newer), older);
        return merged.withContent(stored.text(), stored.vector().orElse(null));
    }

    /** Adds the entries that it has not yet, as far as there is room. */
    private static Interaction withMeta(Interaction merged, Interaction from) {
        Interaction with = merged;
        for (Map.Entry<String, MetaValue> entry : from.meta().entrySet()) {
            if (!with.meta().containsKey(entry.getKey()) && with.meta().size() < Interaction.MAX_META) {
                with = with.meta(entry.getKey(), entry.getValue());
            }
        }
        return with;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Instant timeOf(Interaction interaction) {
        return interaction.time().orElseThrow();
    }
}
