package dev.mneme.memory.lucene;

import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.context.MetaValue.Kind;
import dev.mneme.memory.context.spi.Bm25;
import dev.mneme.memory.context.spi.Conversation;
import dev.mneme.memory.context.spi.Draft;
import dev.mneme.memory.context.spi.Held;
import dev.mneme.memory.context.spi.Intake;
import dev.mneme.memory.context.spi.Leg;
import dev.mneme.memory.context.spi.Ranking;
import dev.mneme.memory.context.spi.RecordSize;
import dev.mneme.memory.context.spi.Rows;
import dev.mneme.memory.context.spi.Scroll;
import dev.mneme.memory.context.spi.Search;
import dev.mneme.memory.context.spi.Sessions;
import dev.mneme.memory.context.spi.TextDigest;
import dev.mneme.memory.context.spi.Twins;
import dev.mneme.memory.context.spi.Upkeep;
import dev.mneme.memory.context.spi.Vectors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * What is kept in memory of one agent's records: all but their texts, in rows.
 *
 * <p>It is the truth about which records there are. The index may still show a record that was replaced or deleted, or not
 * yet show a new one: postings of dead rows are passed over, and rows that a view does not cover are scored from their
 * drafts, which are kept until one does.
 *
 * <p>Not safe to share between threads: {@link LuceneAgentContext} guards it by a lock.
 */
final class AgentMemory {

    /** Below this many dead rows, moving the live ones together is not worth the while. */
    private static final int MIN_DEAD = 1_024;

    private final String agent;

    // one entry a row; rows ascend by sequence number, a row that is not live is dead
    private long[] seqs = new long[8];
    private long[] tickets = new long[8];
    private int[] lengths = new int[8];
    private final FactRows facts = new FactRows();
    private final DenseRows dense;
    private final BitSet live = new BitSet();
    private final Sessions sessions;
    private final UpkeepRows upkeep;
    private final int dimensions;
    private final LeafRows leafRows = new LeafRows();
    private int rows;

    private final Map<String, Integer> rowOfId = new HashMap<>();
    private final Map<Integer, Draft> drafts = new LinkedHashMap<>();
    private final Map<String, EnumMap<Kind, Integer>> kinds = new HashMap<>();
    private final PriorityQueue<End> ends = new PriorityQueue<>(Comparator.comparing(End::at));
    private long terms;
    private final MemoryEstimate estimate = new MemoryEstimate();

    /** When the time to live of a record is over. */
    private record End(Instant at, String id, long seq) {}

    /**
     * @param codesFrom as {@link DenseRows} has it
     * @param nameTerms as {@link Sessions} has it
     * @param upkeep the store's
     */
    AgentMemory(String agent, int dimensions, int codesFrom, Function<String, Set<String>> nameTerms, Upkeep upkeep) {
        this.agent = agent;
        this.dimensions = dimensions;
        this.upkeep = new UpkeepRows(upkeep);
        this.sessions = new Sessions(nameTerms, this::there);
        this.dense = new DenseRows(dimensions, codesFrom);
    }

    /** About how many bytes of heap this takes; reckoned, not measured, so that it is the same every time. */
    long bytes() {
        return estimate.bytes(seqs.length, dense.bytes()) + sessions.bytes() + upkeep.heapBytes();
    }

    int count() {
        return rowOfId.size();
    }

    /** When the next record ends; {@link Instant#MAX} if none does. */
    Instant nextEnd() {
        End next = ends.peek();
        return next == null ? Instant.MAX : next.at;
    }

    /** The id of a record whose time is over, if there is one. */
    Optional<String> over(Instant now) {
        for (End next = ends.peek(); next != null && !next.at.isAfter(now); next = ends.peek()) {
            Integer row = rowOfId.get(next.id);
            if (row != null && seqs[row] == next.seq) {
                return Optional.of(next.id);
            }
            ends.remove(); // the record was replaced or deleted before its time
        }
        return Optional.empty();
    }

    /** What is known of a record but its text and vector. */
    Optional<Interaction> facts(String id) {
        Integer row = rowOfId.get(id);
        return row == null ? Optional.empty() : Optional.ofNullable(facts.get(row));
    }

    long seq(String id) {
        Integer row = rowOfId.get(id);
        return row == null ? Change.NONE : seqs[row];
    }

    /** The whole record, if the view does not cover it yet. */
    Optional<Interaction> draft(String id, View view) {
        Integer row = rowOfId.get(id);
        Draft draft = row == null || isCovered(row, view) ? null : drafts.get(row);
        return Optional.ofNullable(draft).map(Draft::interaction);
    }

    /** Takes in a record that the index has not shown yet. */
    void add(Draft draft, long seq, long ticket) {
        Interaction whole = draft.interaction();
        int row = append(whole.withoutContent(), draft.terms().length(), draft.unit(), seq, ticket, extra(whole));
        sessions.add(row, whole, Sessions.questionShare(whole.text()));
        drafts.put(row, draft);
        estimate.added(draft);
    }

    /**
     * Takes in a record that the index shows.
     *
     * @param questionShare that of its text
     * @param extra that of the whole record
     */
    void load(
            Interaction withoutContent,
            float questionShare,
            int length,
            float[] unit,
            long seq,
            UpkeepRows.Extra extra) {
        int row = append(withoutContent, length, unit, seq, 0, extra);
        sessions.add(row, withoutContent, questionShare);
    }

    /** What upkeep keeps of a record, whose text is at hand. */
    UpkeepRows.Extra extra(Interaction whole) {
        return upkeep.extra(whole, RecordSize.of(whole, dimensions));
    }

    private int append(
            Interaction withoutContent, int length, float[] unit, long seq, long ticket, UpkeepRows.Extra extra) {
        compactIfSparse();
        if (rows == seqs.length) {
            int capacity = rows + (rows >> 1);
            seqs = Arrays.copyOf(seqs, capacity);
            tickets = Arrays.copyOf(tickets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
        int row = rows++;
        seqs[row] = seq;
        tickets[row] = ticket;
        lengths[row] = length;
        Interaction kept = facts.set(row, withoutContent);
        upkeep.set(row, kept, extra);
        dense.set(row, unit);
        live.set(row);
        rowOfId.put(kept.id(), row);
        terms += length;
        countKinds(kept, 1);
        estimate.added(kept);
        endOf(kept).ifPresent(at -> ends.add(new End(at, kept.id(), seq)));
        return row;
    }

    /** Removes the record; returns its sequence number, or {@link Change#NONE} if there is none. */
    long remove(String id) {
        Integer row = rowOfId.remove(id);
        if (row == null) {
            return Change.NONE;
        }
        Interaction removed = facts.get(row);
        if (removed != null) {
            countKinds(removed, -1);
            estimate.removed(removed);
            upkeep.remove(row, removed);
        }
        terms -= lengths[row];
        sessions.remove(row);
        facts.remove(row);
        live.clear(row);
        Draft draft = drafts.remove(row);
        if (draft != null) {
            estimate.removed(draft);
        }
        return seqs[row];
    }

    void clear() {
        dense.clear();
        leafRows.clear();
        sessions.clear();
        upkeep.clear();
        facts.clear(0, rows);
        rows = 0;
        live.clear();
        rowOfId.clear();
        drafts.clear();
        kinds.clear();
        ends.clear();
        terms = 0;
        estimate.clear();
    }

    /** Forgets the drafts with a lower ticket, which every view from now on covers; true if none is left. */
    boolean forgetDrafts(long covered) {
        drafts.entrySet().removeIf(entry -> {
            boolean isCovered = tickets[entry.getKey()] < covered;
            if (isCovered) {
                estimate.removed(entry.getValue());
            }
            return isCovered;
        });
        return drafts.isEmpty();
    }

    /** How many records are pinned. */
    int pinned() {
        return upkeep.pinned();
    }

    /** The sum of the records' {@link RecordSize}. */
    long recordBytes() {
        return upkeep.recordBytes();
    }

    /** What is known of each record but its text and vector. */
    List<Interaction> allFacts() {
        var all = new ArrayList<Interaction>(count());
        for (int row = live.nextSetBit(0); row >= 0; row = live.nextSetBit(row + 1)) {
            all.add(there(row));
        }
        return all;
    }

    /** All records as limits and prunes look at them. */
    List<Held> held() {
        var held = new ArrayList<Held>(count());
        for (int row = live.nextSetBit(0); row >= 0; row = live.nextSetBit(row + 1)) {
            held.add(upkeep.held(row, there(row)));
        }
        return held;
    }

    /** The ids of records that may say the same as the draft; see {@link dev.mneme.memory.context.spi.Staging.Stored}. */
    Set<String> twins(Draft draft, double minCosine) {
        var twins = new LinkedHashSet<String>();
        TextDigest.of(draft.interaction()).ifPresent(digest -> {
            for (int row : upkeep.rowsOf(digest)) {
                twins.add(there(row).id());
            }
        });
        if (minCosine <= 1 && !Vectors.isZero(draft.unit())) {
            var inPlace = new BitSet(rows);
            for (int row = live.nextSetBit(0); row >= 0; row = live.nextSetBit(row + 1)) {
                inPlace.set(row, Twins.haveOnePlace(there(row), draft.interaction()));
            }
            dense.searchExactly(draft.unit(), inPlace, minCosine, (row, cosine) -> {
                twins.add(there(row).id());
                return minCosine;
            });
        }
        return twins;
    }

    /** Notes that a search returned the record; may be called by searches side by side. */
    void use(String id, Instant now) {
        upkeep.use(row(id), now);
    }

    /** Notes what was saved of a record's uses, if the record is still there. */
    void loadUse(long seq, long millis) {
        int row = Arrays.binarySearch(seqs, 0, rows, seq);
        if (row >= 0 && live.get(row)) {
            upkeep.load(row, millis);
        }
    }

    /** How many uses were noted since {@link #savedUses}. */
    int unsavedUses() {
        return upkeep.unsavedUses();
    }

    /** All uses, as a {@link Change.Uses} has them; they count as saved from now on. */
    byte[] savedUses() {
        ByteBuffer times = ByteBuffer.allocate(2 * Long.BYTES * count());
        for (int row = live.nextSetBit(0); row >= 0; row = live.nextSetBit(row + 1)) {
            if (upkeep.wasUsed(row)) {
                times.putLong(seqs[row]).putLong(upkeep.lastUse(row));
            }
        }
        upkeep.usesAreSaved();
        return Arrays.copyOf(times.array(), times.position());
    }

    /** Refuses a filter that compares with kinds of metadata that the records do not have. */
    void checkKinds(Filter filter) {
        Intake.checkKinds(filter, this::kinds);
    }

    /** The live rows that satisfy the filter; all live rows without one. */
    BitSet matching(Optional<Filter> filter) {
        if (filter.isEmpty()) {
            return (BitSet) live.clone();
        }
        checkKinds(filter.get());
        IntPredicate matches = RowFilter.of(filter.get(), facts);
        var matching = new BitSet(rows);
        for (int row = live.nextSetBit(0); row >= 0; row = live.nextSetBit(row + 1)) {
            if (matches.test(row)) {
                matching.set(row);
            }
        }
        return matching;
    }

    /** Offers what is known of each record. */
    void scroll(Scroll scroll) {
        for (int row = live.nextSetBit(0); row >= 0; row = live.nextSetBit(row + 1)) {
            scroll.offer(there(row));
        }
    }

    private Set<Kind> kinds(String metaKey) {
        EnumMap<Kind, Integer> counts = kinds.get(metaKey);
        return counts == null ? Set.of() : counts.keySet();
    }

    /** The legs over turns of conversations; empty if the plain legs are the same. */
    Optional<Conversation> conversation(Search search, View view, BitSet matching) {
        if (!Conversation.isAsked(search, sessions)) {
            return Optional.empty();
        }
        leafRows.retain(LeafRows.segments(view));
        return Optional.of(new Conversation(search, new SearchedRows(view, matching), sessions));
    }

    /** The best of the matching rows by the words of the search. */
    Leg textLeg(Search search, View view, BitSet matching) throws IOException {
        Leg leg = search.newLeg();
        var scores = new double[search.terms().isEmpty() ? 0 : rows];
        var bm25 = new Bm25((double) terms / count());
        var postings = new Postings();
        leafRows.retain(LeafRows.segments(view));
        for (String term : search.terms()) {
            postings.clear();
            readPostings(term, view, postings::add);
            var table = new ScoreTable(bm25, Bm25.idf(count(), postings.size()));
            for (int i = 0; i < postings.size(); i++) {
                int row = postings.row(i);
                scores[row] += table.score(postings.occurrences(i), lengths[row]);
            }
        }
        double floor = leg.floor();
        for (int row = 0; row < scores.length; row++) {
            if (scores[row] > 0 && scores[row] >= floor && matching.get(row)) {
                offer(leg, row, scores[row]);
                floor = leg.floor();
            }
        }
        return leg;
    }

    /** Reads the live rows that hold a term, from the view and from the drafts that it does not cover. */
    private void readPostings(String term, View view, TextIndex.PostingReader reader) throws IOException {
        boolean allCovered = drafts.isEmpty();
        TextIndex.readPostings(view, agent, term, leafRows, this::rowOf, (row, occurrences) -> {
            if (live.get(row) && (allCovered || isCovered(row, view))) {
                reader.read(row, occurrences);
            }
        });
        drafts.forEach((row, draft) -> {
            Integer occurrences = draft.terms().counts().get(term);
            if (occurrences != null && !isCovered(row, view)) {
                reader.read(row, occurrences);
            }
        });
    }

    /** The vector of a record, of length one or all zero. */
    float[] unit(String id) {
        return dense.unit(row(id));
    }

    private int row(String id) {
        return Optional.ofNullable(rowOfId.get(id)).orElseThrow();
    }

    private Interaction there(int row) {
        return Optional.ofNullable(facts.get(row)).orElseThrow();
    }

    /** The best of the matching rows by the vector of the search. */
    Leg denseLeg(Search search, BitSet matching) {
        Leg leg = search.newLeg();
        search.unit().ifPresent(unit -> {
            int wanted = Ranking.candidates(search.query());
            dense.search(unit, matching, wanted, search.minCosine(), (row, cosine) -> {
                offer(leg, row, cosine);
                return leg.floor();
            });
        });
        return leg;
    }

    private void offer(Leg leg, int row, double score) {
        Interaction there = facts.get(row);
        if (there != null) {
            leg.offer(there, score);
        }
    }

    private boolean isCovered(int row, View view) {
        return tickets[row] < view.covered;
    }

    /**
     * The row of a record, or below zero if it has none.
     *
     * @param near where to begin; postings come mostly in the order of the rows, and then this is found in a few steps
     */
    private int rowOf(long seq, int near) {
        // mostly it is the next one
        if (near + 1 < rows && seqs[near + 1] == seq) {
            return near + 1;
        }
        int low = near < rows && seqs[near] <= seq ? near : 0;
        int high = low;
        for (int step = 1; high < rows && seqs[high] < seq; step <<= 1) {
            low = high;
            high += step;
        }
        return Arrays.binarySearch(seqs, low, Math.min(high + 1, rows), seq);
    }

    private void countKinds(Interaction interaction, int change) {
        interaction.meta().forEach((key, value) -> countKind(key, value, change));
    }

    private void countKind(String key, MetaValue value, int change) {
        EnumMap<Kind, Integer> counts = kinds.computeIfAbsent(key, any -> new EnumMap<>(Kind.class));
        if (counts.merge(value.kind(), change, Integer::sum) == 0) {
            counts.remove(value.kind());
        }
        if (counts.isEmpty()) {
            kinds.remove(key);
        }
    }

    private static Optional<Instant> endOf(Interaction interaction) {
        try {
            return interaction.ttl().flatMap(ttl -> interaction.time().map(time -> time.plus(ttl)));
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty(); // later than time can be told
        }
    }

    private void compactIfSparse() {
        int dead = rows - count();
        if (dead < MIN_DEAD || dead < count()) {
            return;
        }
        Map<Integer, Draft> moved = new LinkedHashMap<>();
        var newRows = new int[rows];
        int to = 0;
        for (int row = 0; row < rows; row++) {
            Interaction there = facts.get(row);
            newRows[row] = there == null ? -1 : to;
            if (there == null) {
                continue;
            }
            seqs[to] = seqs[row];
            tickets[to] = tickets[row];
            lengths[to] = lengths[row];
            facts.copy(row, to);
            dense.copy(row, to);
            upkeep.move(row, to);
            rowOfId.put(there.id(), to);
            Draft draft = drafts.get(row);
            if (draft != null) {
                moved.put(to, draft);
            }
            to++;
        }
        facts.clear(to, rows);
        dense.trim(to);
        live.clear();
        live.set(0, to);
        leafRows.clear();
        sessions.move(newRows);
        drafts.clear();
        drafts.putAll(moved);
        rows = to;
        ends.removeIf(end -> seq(end.id) != end.seq);
    }

    /** The rows as {@link Conversation} reads them. */
    private final class SearchedRows implements Rows {
        private final View view;
        private final BitSet matching;

        private SearchedRows(View view, BitSet matching) {
            this.view = view;
            this.matching = matching;
        }

        @Override
        public int size() {
            return rows;
        }

        @Override
        public int count() {
            return AgentMemory.this.count();
        }

        @Override
        public double averageLength() {
            return (double) terms / count();
        }

        @Override
        public int length(int row) {
            return lengths[row];
        }

        @Override
        public Interaction facts(int row) {
            return there(row);
        }

        @Override
        public int row(String id) {
            return AgentMemory.this.row(id);
        }

        @Override
        public BitSet matching() {
            return matching;
        }

        @Override
        public void postings(String term, PostingReader reader) {
            try {
                readPostings(term, view, reader::read);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
