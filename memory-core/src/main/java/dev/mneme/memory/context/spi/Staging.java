package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.Additions;
import dev.mneme.memory.context.Duplicates.Action;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.PinnedLimitException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Decides what becomes of a batch before anything of it is written: which of two with one id stays, what is a duplicate of
 * what, and what has to go afterwards. The store must not change between the first {@link #stage} and the writing.
 *
 * <p>Not safe to share between threads.
 */
public final class Staging {

    /** What a store holds of the agent when the batch comes. */
    public interface Stored {

        /** What is known of a record; its text and vector may be left out. */
        Optional<Interaction> facts(String id);

        /** The whole record. */
        Draft draft(String id);

        /**
         * The ids of records that may be duplicates: all with the draft's {@link TextDigest}, and, if vectors are compared,
         * all for which {@link Twins#haveOnePlace} and whose cosine is at least {@link Twins#minCosine}. Others do no harm
         * if they have another place.
         */
        Collection<String> twins(Draft draft);

        /** How many records there are. */
        long count();

        /** How many of them are pinned. */
        long pinned();
    }

    private final Upkeep upkeep;
    private final Intake intake;
    private final Stored stored;
    private final Map<String, Draft> staged = new LinkedHashMap<>();
    private final Map<TextDigest, Set<String>> stagedIds = new HashMap<>();
    private Additions additions = Additions.none();
    private Added last = Added.OLDER;
    private String lastId = "";
    private long countAfter;

    public Staging(Upkeep upkeep, Intake intake, Stored stored) {
        this.upkeep = upkeep;
        this.intake = intake;
        this.stored = stored;
    }

    /** Decides about the next draft of the batch. */
    public void stage(Draft draft) {
        lastId = draft.interaction().id();
        last = decide(draft);
        additions = additions.and(last);
    }

    /** What to write, each in place of the record with its id. */
    public Collection<Draft> puts() {
        return staged.values();
    }

    /**
     * What the limits take once the batch is written: records that are stored, and those of the batch. To be asked before it
     * is written.
     *
     * @param records all that are stored, asked for only if any must go; those that the batch replaces may be among them
     * @throws PinnedLimitException if pinned records alone would be over the limit; then nothing must be written
     */
    public List<String> evictions(Supplier<? extends Collection<Held>> records, Instant now) {
        count();
        if (staged.isEmpty() || upkeep.surplus(countAfter) == 0) {
            return List.of();
        }
        var held = new ArrayList<Held>();
        for (Held record : records.get()) {
            if (!staged.containsKey(record.id())) {
                held.add(record);
            }
        }
        staged.values().forEach(draft -> held.add(Held.unused(draft.interaction())));
        return upkeep.victims(held, now);
    }

    private void count() {
        countAfter = stored.count();
        long pinnedBefore = stored.pinned();
        long pinned = pinnedBefore;
        for (Draft draft : staged.values()) {
            Optional<Interaction> there = stored.facts(draft.interaction().id());
            countAfter += there.isPresent() ? 0 : 1;
            pinned -= there.filter(Interaction::isPinned).isPresent() ? 1 : 0;
            pinned += draft.interaction().isPinned() ? 1 : 0;
        }
        upkeep.checkPinned(pinnedBefore, pinned);
    }

    /** How many records there are once the batch is written and before any is evicted; known after {@link #evictions}. */
    public long countAfter() {
        return countAfter;
    }

    /** What became of the batch. */
    public Additions additions(List<String> evicted) {
        return additions.evicted(evicted.size());
    }

    /** What became of a batch of one. */
    public Added added(List<String> evicted) {
        return evicted.contains(lastId) ? Added.EVICTED : last;
    }

    private Added decide(Draft draft) {
        String id = draft.interaction().id();
        Optional<Interaction> there = facts(id);
        if (there.isPresent() && timeOf(there.get()).isAfter(timeOf(draft.interaction()))) {
            return Added.OLDER;
        }
        if (there.isEmpty() && upkeep.duplicates().action() != Action.KEEP) {
            Optional<Interaction> twin = newestTwin(draft);
            if (twin.isPresent()) {
                return unite(twin.get().id(), draft);
            }
        }
        put(draft);
        return there.isPresent() ? Added.REPLACED : Added.NEW;
    }

    private Added unite(String twin, Draft draft) {
        if (upkeep.duplicates().action() == Action.SKIP) {
            return Added.SKIPPED;
        }
        Draft there = Optional.ofNullable(staged.get(twin)).orElseGet(() -> stored.draft(twin));
        Interaction merged = Twins.merged(there.interaction(), draft.interaction());
        put(new Draft(merged, intake.terms(merged), there.unit()));
        lastId = twin;
        return Added.MERGED;
    }

    private void put(Draft draft) {
        Draft before = staged.put(draft.interaction().id(), draft);
        if (upkeep.duplicates().action() == Action.KEEP) {
            return;
        }
        if (before != null) {
            TextDigest.of(before.interaction())
                    .map(stagedIds::get)
                    .ifPresent(ids -> ids.remove(before.interaction().id()));
        }
        TextDigest.of(draft.interaction())
                .ifPresent(digest -> stagedIds
                        .computeIfAbsent(digest, any -> new LinkedHashSet<>())
                        .add(draft.interaction().id()));
    }

    private Optional<Interaction> newestTwin(Draft draft) {
        var twins = new ArrayList<Interaction>();
        for (String id : stored.twins(draft)) {
            if (!staged.containsKey(id)) {
                stored.facts(id).ifPresent(twins::add);
            }
        }
        TextDigest.of(draft.interaction())
                .map(stagedIds::get)
                .ifPresent(ids -> ids.forEach(id -> facts(id).ifPresent(twins::add)));
        addNearOnes(draft, twins);
        twins.removeIf(twin -> !Twins.haveOnePlace(twin, draft.interaction()));
        return twins.stream().min(Leg::newestFirst);
    }

    private void addNearOnes(Draft draft, List<Interaction> twins) {
        if (upkeep.duplicates().similarity().isEmpty() || Vectors.isZero(draft.unit())) {
            return;
        }
        double least = Twins.minCosine(upkeep.duplicates());
        for (Draft other : staged.values()) {
            if (Twins.haveOnePlace(other.interaction(), draft.interaction())
                    && Vectors.cosine(draft.unit(), other.unit(), 0) >= least) {
                twins.add(other.interaction());
            }
        }
    }

    private Optional<Interaction> facts(String id) {
        return Optional.ofNullable(staged.get(id)).map(Draft::interaction).or(() -> stored.facts(id));
    }

    private static Instant timeOf(Interaction interaction) {
        return interaction.time().orElseThrow();
    }
}
