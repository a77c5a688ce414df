package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Interaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How the records of one agent stand to each other: which are turns of a session, in which order, who speaks, and who only
 * asks. Derived from the records, and never written to disk: a store tells it what comes and goes, and a removed record
 * leaves nothing behind.
 *
 * <p>The turns of a session are ordered by their positions, those without one after them; then by time, then by id. Of each
 * record with a session 12 bytes are kept, of each session some 100, of each speaker's name its terms. Records without a
 * session take no part.
 *
 * <p>Not safe to share between threads; searches may read it side by side while nothing changes.
 */
public final class Sessions {

    private static final Comparator<Interaction> IN_ORDER = Comparator.comparingInt(
                    (Interaction turn) -> turn.position().orElse(Integer.MAX_VALUE))
            .thenComparing(turn -> turn.time().orElse(Instant.MAX))
            .thenComparing(Interaction::id);

    private final Function<String, Set<String>> nameTerms;
    private final IntFunction<Interaction> facts;
    private final Map<String, Session> byName = new HashMap<>();
    private final Map<String, Speaker> speakers = new HashMap<>();
    private final Map<String, Set<String>> speakersByTerm = new HashMap<>();
    private @Nullable Session[] ofRow = new Session[16];
    private float[] questionShares = new float[16];
    private int turns;

    /** The turns of one session, in order. */
    static final class Session {
        private int[] rows = new int[8];
        private int size;

        int size() {
            return size;
        }

        int row(int at) {
            return rows[at];
        }
    }

    private static final class Speaker {
        private final Set<String> terms;
        private int turns;

        private Speaker(Set<String> terms) {
            this.terms = terms;
        }
    }

    /**
     * @param nameTerms the terms by which a question names a speaker; see {@link Intake#nameTerms}
     * @param facts the record in a row that was added and not removed; its text is not asked for
     */
    public Sessions(Function<String, Set<String>> nameTerms, IntFunction<Interaction> facts) {
        this.nameTerms = nameTerms;
        this.facts = facts;
    }

    /** Whether no record has a session. */
    public boolean isEmpty() {
        return turns == 0;
    }

    /** The share of a text's sentences that ask, from 0 to 1. */
    public static float questionShare(String text) {
        return QuestionShare.of(text);
    }

    /**
     * Takes in a record. What {@code facts} gives for its row must be there already.
     *
     * @param turn the record; its text is not looked at
     * @param questionShare that of its text
     */
    public void add(int row, Interaction turn, float questionShare) {
        turn.session().ifPresent(name -> add(row, turn, name, questionShare));
    }

    private void add(int row, Interaction turn, String name, float questionShare) {
        if (row >= ofRow.length) {
            int capacity = Math.max(row + 1, ofRow.length * 2);
            ofRow = Arrays.copyOf(ofRow, capacity);
            questionShares = Arrays.copyOf(questionShares, capacity);
        }
        Session session = byName.computeIfAbsent(name, any -> new Session());
        insert(session, row, turn);
        ofRow[row] = session;
        questionShares[row] = questionShare;
        turns++;
        turn.speaker().ifPresent(this::countSpeaker);
    }

    /** Forgets the record in a row. What {@code facts} gives for the row must still be there. */
    public void remove(int row) {
        Session session = of(row);
        if (session == null) {
            return;
        }
        Interaction turn = facts.apply(row);
        int at = 0;
        while (session.rows[at] != row) {
            at++;
        }
        System.arraycopy(session.rows, at + 1, session.rows, at, --session.size - at);
        if (session.size == 0) {
            turn.session().ifPresent(byName::remove);
        }
        ofRow[row] = null;
        turns--;
        turn.speaker().ifPresent(this::uncountSpeaker);
    }

    /** Follows records that were moved: what was in a row is in {@code newRows[row]} now; below 0 if it is gone. */
    public void move(int[] newRows) {
        var movedSessions = new Session[ofRow.length];
        var movedShares = new float[ofRow.length];
        for (int row = 0; row < Math.min(newRows.length, ofRow.length); row++) {
            if (newRows[row] >= 0 && ofRow[row] != null) {
                movedSessions[newRows[row]] = ofRow[row];
                movedShares[newRows[row]] = questionShares[row];
            }
        }
        ofRow = movedSessions;
        questionShares = movedShares;
        for (Session session : byName.values()) {
            for (int at = 0; at < session.size; at++) {
                session.rows[at] = newRows[session.rows[at]];
            }
        }
    }

    /** About how many bytes of heap this takes; reckoned, not measured, so that it is the same every time. */
    public long bytes() {
        return 12L * ofRow.length + 8L * turns + 128L * byName.size() + 512L * speakers.size();
    }

    /** Forgets all. */
    public void clear() {
        byName.clear();
        speakers.clear();
        speakersByTerm.clear();
        ofRow = new Session[16];
        questionShares = new float[16];
        turns = 0;
    }

    /** The session of the record in a row, or null if it has none. */
    @Nullable
    Session of(int row) {
        return row < ofRow.length ? ofRow[row] : null;
    }

    /** What share of the sentences of the record in a row ask, from 0 to 1. */
    float questionShare(int row) {
        return questionShares[row];
    }

    /** Whether a term is, or is part of, a speaker's name. */
    boolean isName(String term) {
        return speakersByTerm.containsKey(term);
    }

    /** The speakers whom the terms name; empty also if they name all there are. */
    Set<String> named(Iterable<String> terms) {
        Set<String> named = new HashSet<>();
        for (String term : terms) {
            named.addAll(speakersByTerm.getOrDefault(term, Set.of()));
        }
        return named.size() == speakers.size() ? Set.of() : named;
    }

    /** All that is kept, in words, so that a test can see that nothing is left of what was removed. */
    List<String> trace() {
        var trace = new ArrayList<String>();
        byName.forEach((name, session) -> trace.add(name + ' ' + session.size));
        speakers.forEach((name, speaker) -> trace.add(name + ' ' + speaker.turns));
        trace.addAll(speakersByTerm.keySet());
        return trace;
    }

    private void insert(Session session, int row, Interaction turn) {
        if (session.size == session.rows.length) {
            session.rows = Arrays.copyOf(session.rows, session.size * 2);
        }
        int at = place(session, turn);
        System.arraycopy(session.rows, at, session.rows, at + 1, session.size - at);
        session.rows[at] = row;
        session.size++;
    }

    private int place(Session session, Interaction turn) {
        int low = 0;
        int high = session.size;
        // turns come mostly in their order, and then belong at the end
        for (int middle = high - 1; low < high; middle = (low + high) >>> 1) {
            if (IN_ORDER.compare(facts.apply(session.rows[middle]), turn) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void countSpeaker(String name) {
        Speaker speaker = speakers.get(name);
        if (speaker == null) {
            speaker = new Speaker(nameTerms.apply(name));
            speakers.put(name, speaker);
            for (String term : speaker.terms) {
                speakersByTerm.computeIfAbsent(term, any -> new HashSet<>()).add(name);
            }
        }
        speaker.turns++;
    }

    private void uncountSpeaker(String name) {
        Speaker speaker = Optional.ofNullable(speakers.get(name)).orElseThrow();
        if (--speaker.turns > 0) {
            return;
        }
        speakers.remove(name);
        for (String term : speaker.terms) {
            speakersByTerm.computeIfPresent(term, (any, names) -> {
                names.remove(name);
                return names.isEmpty() ? null : names;
            });
        }
    }
}
