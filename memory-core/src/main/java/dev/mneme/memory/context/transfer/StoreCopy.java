package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Added;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.Interaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Makes one store the copy of another, record by record, while both are written: both are read side by side in their one
 * order, and where they differ the copy is given what the first has.
 *
 * <p>Words are what is carried. A vector that a host gave goes along if both stores have the same embedder; else it means
 * nothing in the copy, whose embedder makes another of the words.
 */
final class StoreCopy {

    private static final Comparator<Interaction> OLDEST_FIRST = Comparator.comparing(
                    (Interaction interaction) -> interaction.time().orElse(Instant.MIN))
            .thenComparing(Interaction::id);

    private final ContextStore source;
    private final ContextStore copy;
    private final Overlaps overlaps;
    private final int batch;
    private final boolean sameEmbedder;

    StoreCopy(ContextStore source, ContextStore copy, Overlaps overlaps, int batch) {
        this.source = source;
        this.copy = copy;
        this.overlaps = overlaps;
        this.batch = batch;
        this.sameEmbedder = source.fingerprint().equals(copy.fingerprint());
    }

    ContextStore source() {
        return source;
    }

    ContextStore target() {
        return copy;
    }

    /** Where a pass is: all before it is done. */
    record Cursor(AgentKey agent, Interaction after) {}

    /** Told after each batch. */
    interface Progress {
        void at(Cursor cursor, long agents, long records, long settled);
    }

    /** What stands side by side: in the source, in the copy, or in both. */
    private record Pair(Optional<Interaction> wanted, Optional<Interaction> there) {
        String id() {
            return wanted.or(() -> there).orElseThrow().id();
        }
    }

    /** A stretch of both memories; {@code end} is empty if nothing lies behind. */
    private record Stretch(List<Pair> pairs, Optional<Interaction> end) {}

    /**
     * Goes through all agents, or those from a cursor on, and settles each difference.
     *
     * @return how many there were
     */
    long pass(Optional<Cursor> from, Progress progress) {
        long agents = 0;
        long records = 0;
        long settled = 0;
        Optional<Cursor> resumed = from;
        Optional<AgentKey> before = Optional.empty();
        for (AgentKey agent = from.map(Cursor::agent)
                        .orElseGet(() -> agentBehind(Optional.empty()).orElse(null));
                agent != null;
                agent = agentBehind(before).orElse(null)) {
            agents++;
            Optional<Interaction> after = resumed.map(Cursor::after);
            resumed = Optional.empty();
            boolean more = true;
            while (more) {
                Overlaps.Watch watch = overlaps.watch(agent::equals);
                Stretch stretch = read(agent, after, watch);
                settled += settle(agent, stretch, watch);
                records += stretch.pairs.size();
                more = stretch.end.isPresent();
                after = stretch.end.or(() -> last(stretch));
                if (after.isPresent()) {
                    progress.at(new Cursor(agent, after.get()), agents, records, settled);
                }
            }
            before = Optional.of(agent);
        }
        return settled;
    }

    /** Settles one agent's differences. */
    void pass(AgentKey agent) {
        Optional<Interaction> after = Optional.empty();
        boolean more = true;
        while (more) {
            Overlaps.Watch watch = overlaps.watch(agent::equals);
            Stretch stretch = read(agent, after, watch);
            settle(agent, stretch, watch);
            after = stretch.end;
            more = after.isPresent();
        }
    }

    private static Optional<Interaction> last(Stretch stretch) {
        if (stretch.pairs.isEmpty()) {
            return Optional.empty();
        }
        Pair last = stretch.pairs.get(stretch.pairs.size() - 1);
        return last.wanted.or(() -> last.there);
    }

    private Optional<AgentKey> agentBehind(Optional<AgentKey> after) {
        var next = new ArrayList<>(source.agents(after, 1));
        next.addAll(copy.agents(after, 1));
        return next.stream().min(Comparator.comparing(AgentKey::key));
    }

    private Stretch read(AgentKey agent, Optional<Interaction> after, Overlaps.Watch watch) {
        boolean done = false;
        try {
            Stretch stretch = read(agent, after);
            done = true;
            return stretch;
        } finally {
            if (!done) {
                overlaps.forget(watch);
            }
        }
    }

    private Stretch read(AgentKey agent, Optional<Interaction> after) {
        List<Interaction> wanted = page(source.agent(agent), after);
        List<Interaction> there = page(copy.agent(agent), after);
        // what lies behind the end of a full page is not known: the lower end of two is where this stretch ends
        Optional<Interaction> end = java.util.stream.Stream.of(wanted, there)
                .filter(page -> page.size() == batch)
                .map(page -> page.get(page.size() - 1))
                .min(OLDEST_FIRST);
        var pairs = new TreeMap<Interaction, Pair>(OLDEST_FIRST);
        for (Interaction one : wanted) {
            if (end.isEmpty() || OLDEST_FIRST.compare(one, end.get()) <= 0) {
                pairs.put(one, new Pair(Optional.of(one), Optional.empty()));
            }
        }
        for (Interaction one : there) {
            if (end.isEmpty() || OLDEST_FIRST.compare(one, end.get()) <= 0) {
                pairs.merge(
                        one,
                        new Pair(Optional.empty(), Optional.of(one)),
                        (left, right) -> new Pair(left.wanted, right.there));
            }
        }
        return new Stretch(List.copyOf(pairs.values()), end);
    }

    private List<Interaction> page(AgentContext agent, Optional<Interaction> after) {
        return after.isPresent() ? agent.scroll(after.get(), batch) : agent.scroll(batch);
    }

    private long settle(AgentKey agent, Stretch stretch, Overlaps.Watch watch) {
        var gone = new LinkedHashSet<String>();
        var wanted = new ArrayList<Interaction>();
        for (Pair pair : stretch.pairs) {
            Optional<Interaction> carried = pair.wanted.flatMap(this::carried);
            if (!carried.equals(pair.there.map(this::compared))) {
                carried.ifPresentOrElse(wanted::add, () -> gone.add(pair.id()));
            }
        }
        Set<String> ids = new LinkedHashSet<>(gone);
        wanted.forEach(one -> ids.add(one.id()));
        if (ids.isEmpty()) {
            overlaps.forget(watch);
            return 0;
        }
        Set<String> written = overlaps.enter(agent, ids, watch);
        boolean done = false;
        try {
            gone.removeAll(written);
            wanted.removeIf(one -> written.contains(one.id()));
            AgentContext target = copy.agent(agent);
            gone.forEach(target::delete);
            put(target, wanted);
            settle(agent, written);
            done = true;
        } finally {
            if (!done) {
                overlaps.abandon(agent, ids);
            }
        }
        leave(agent, ids);
        return ids.size();
    }

    /** Gives the copy what the source has now of these records, which the caller has entered. */
    void settle(AgentKey agent, Collection<String> ids) {
        AgentContext first = source.agent(agent);
        AgentContext target = copy.agent(agent);
        var wanted = new ArrayList<Interaction>();
        for (String id : new HashSet<>(ids)) {
            Optional<Interaction> carried = first.find(id).flatMap(this::carried);
            if (carried.isPresent()) {
                wanted.add(carried.get());
            } else {
                target.delete(id);
            }
        }
        put(target, wanted);
    }

    /** Leaves these records, and settles those that others wrote at the same time. */
    void leave(AgentKey agent, Collection<String> ids) {
        Set<String> unsettled = overlaps.leave(agent, ids);
        while (!unsettled.isEmpty()) {
            boolean done = false;
            try {
                settle(agent, unsettled);
                done = true;
            } finally {
                if (!done) {
                    overlaps.abandon(agent, unsettled);
                }
            }
            unsettled = overlaps.leave(agent, unsettled);
        }
    }

    private static void put(AgentContext target, List<Interaction> wanted) {
        if (wanted.isEmpty() || target.addAll(wanted).older() == 0) {
            return;
        }
        // the copy has a newer record that the source has no more
        for (Interaction one : wanted) {
            if (target.add(one) == Added.OLDER) {
                target.delete(one.id());
                target.add(one);
            }
        }
    }

    /** Compares the two as they are, and changes nothing. */
    MigrationReport compare() {
        long agents = 0;
        long records = 0;
        long missing = 0;
        long different = 0;
        long extra = 0;
        long unmovable = 0;
        for (Optional<AgentKey> agent = agentBehind(Optional.empty()); agent.isPresent(); agent = agentBehind(agent)) {
            agents++;
            Optional<Interaction> after = Optional.empty();
            boolean more = true;
            while (more) {
                Stretch stretch = read(agent.get(), after);
                for (Pair pair : stretch.pairs) {
                    records += pair.wanted.isPresent() ? 1 : 0;
                    Optional<Interaction> wanted = pair.wanted.flatMap(this::carried);
                    Optional<Interaction> there = pair.there.map(this::compared);
                    unmovable += pair.wanted.isPresent() && wanted.isEmpty() ? 1 : 0;
                    if (!wanted.equals(there) && differ(agent.get(), pair.id())) {
                        missing += there.isEmpty() ? 1 : 0;
                        extra += wanted.isEmpty() ? 1 : 0;
                        different += wanted.isPresent() && there.isPresent() ? 1 : 0;
                    }
                }
                after = stretch.end;
                more = after.isPresent();
            }
        }
        return new MigrationReport(agents, records, missing, different, extra, unmovable);
    }

    /** Looks again: what was read may have been written in between. */
    private boolean differ(AgentKey agent, String id) {
        return !Objects.equals(
                source.agent(agent).find(id).flatMap(this::carried),
                copy.agent(agent).find(id).map(this::compared));
    }

    /** The record as the copy is to have it; empty if it has nothing but a vector that means nothing there. */
    private Optional<Interaction> carried(Interaction interaction) {
        return Optional.of(compared(interaction))
                .filter(one -> sameEmbedder || !one.text().isBlank());
    }

    private Interaction compared(Interaction interaction) {
        return sameEmbedder ? interaction : interaction.withContent(interaction.text(), null);
    }
}
