package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.context.RetrievalProfile.Part;
import dev.mneme.memory.context.spi.Sessions.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * The legs of a search over turns of conversations: each turn is scored with its neighbours in the session, its speaker, its
 * time and whether it only asks, as the search's {@link RetrievalProfile} weighs them.
 *
 * <p><b>Text.</b> BM25 over weighted fields (BM25F: Robertson, Zaragoza and Taylor, 2004), where the fields of a turn are the
 * turn itself and the turns around it: a word's occurrences are divided by the length of the turn they stand in, weighted by
 * the distance, summed, and only then saturated. So two neighbours that share a word count little more than one, and two
 * that have different words of the question count as if one had both. A word that stands for another (see {@link Question})
 * counts as an occurrence of it, in proportion to its weight and to how telling it is.
 *
 * <p><b>Dense.</b> The cosines of the candidates, counted from the lowest of them, are spread to the neighbours alike.
 *
 * <p>Records without a session are scored by themselves: the plain BM25, the plain cosine. What the filter refuses is no
 * neighbour, as if it was not there. Used by one thread, for one search.
 */
public final class Conversation {

    /** How much a turn's length counts against its words: less than a document's, for a long turn says more things. */
    private static final double B = 0.4;

    /** A speaker's name is told by who speaks; among the words it counts this much. */
    private static final double NAME = 0.3;

    private static final int LENGTHS = 128;

    /** A least nearness, so that a candidate is told from a turn that is none. */
    private static final double LEAST = 1e-9;

    private final Search search;
    private final Rows rows;
    private final Sessions sessions;
    private final RetrievalProfile profile;
    private final BitSet matching;
    private final Window window;
    private final Set<String> named;
    private final double speakerFactor;
    private final double dateWeight;
    private final double questionWeight;
    private final double most;
    /** Reckoned once for the lengths that most turns have, because a common word occurs in almost every turn. */
    private final double[] perLength = new double[LENGTHS];

    /** Whether a search asks for these legs, and the agent has turns for them; if not, the plain legs are the same. */
    public static boolean isAsked(Search search, Sessions sessions) {
        return !search.profile().isPlain() && !sessions.isEmpty();
    }

    public Conversation(Search search, Rows rows, Sessions sessions) {
        this.search = search;
        this.rows = rows;
        this.sessions = sessions;
        this.profile = search.profile();
        this.matching = rows.matching();
        this.window = new Window(matching, search.filter().isEmpty(), rows.size(), profile.weight(Part.NEIGHBOURS));
        boolean asksSpeakers = profile.weight(Part.SPEAKER) > 0;
        this.named = asksSpeakers ? sessions.named(search.question().names()) : Set.of();
        this.speakerFactor = 1 + profile.weight(Part.SPEAKER);
        this.dateWeight = profile.weight(Part.DATES);
        this.questionWeight = profile.weight(Part.QUESTIONS);
        this.most = (named.isEmpty() ? 1 : speakerFactor)
                * (1 + dateWeight * search.question().dates().most());
        double averageLength = rows.averageLength();
        for (int length = 0; length < LENGTHS; length++) {
            perLength[length] = perLength(length, averageLength);
        }
    }

    /** The candidates of the text leg: records that have words of the question, and the turns around them. */
    public Leg text() {
        var scores = new double[search.question().words().isEmpty() ? 0 : rows.size()];
        for (Question.Word word : search.question().words()) {
            score(word, scores);
        }
        Leg leg = search.newLeg();
        double floor = 0;
        for (int row = 0; row < scores.length; row++) {
            if (scores[row] > floor) {
                offer(leg, row, scores[row]);
                // a little below, so that rounding takes nothing that ties with the last
                floor = Math.max(0, leg.floor() / most * (1 - 1e-12));
            }
        }
        return leg;
    }

    /**
     * The candidates of the dense leg with the turns around them, which are left out if the query asks for a least
     * similarity.
     *
     * @param plain the candidates by their cosines
     */
    public Leg dense(Leg plain) {
        List<Leg.Candidate> candidates = plain.best();
        Leg leg = search.newLeg();
        if (candidates.isEmpty()) {
            return leg;
        }
        double lowest = candidates.get(candidates.size() - 1).score();
        var isCandidate = new BitSet(rows.size());
        for (Leg.Candidate candidate : candidates) {
            int row = rows.row(candidate.interaction().id());
            isCandidate.set(row);
            double near = candidate.score() - lowest + LEAST;
            Session session = sessions.of(row);
            if (session == null) {
                offer(leg, row, near);
            } else {
                window.raise(session, row, near);
            }
        }
        boolean candidatesAlone = search.query().minSimilarity() > -1;
        window.spread((row, near) -> {
            if (near > 0 && (!candidatesAlone || isCandidate.get(row))) {
                offer(leg, row, near);
            }
        });
        return leg;
    }

    private void score(Question.Word word, double[] scores) {
        List<Posting> postings = postings(word);
        double telling = 0;
        for (Posting posting : postings) {
            telling = Math.max(telling, posting.telling());
        }
        double idf = telling;
        var bm25 = new Bm25(rows.averageLength());
        for (Posting posting : postings) {
            double share = posting.telling() / idf;
            boolean itself = posting.term.equals(word.term());
            for (int i = 0; i < posting.size; i++) {
                int row = posting.rows[i];
                Session session = sessions.of(row);
                if (session != null) {
                    window.raise(session, row, share * posting.occurrences[i] * perLength(rows.length(row)));
                } else if (itself && matching.get(row)) {
                    scores[row] += bm25.score(posting.idf, posting.occurrences[i], rows.length(row));
                }
            }
        }
        window.spread((row, occurrences) -> scores[row] += idf * occurrences / (occurrences + Bm25.K1));
    }

    /** Those who hold the word, and those who hold what stands for it. */
    private List<Posting> postings(Question.Word word) {
        boolean isName = profile.weight(Part.SPEAKER) > 0 && sessions.isName(word.term());
        var postings = new ArrayList<Posting>(1 + word.others().size());
        postings.add(read(word.term(), isName ? NAME : 1));
        word.others().forEach((term, weight) -> postings.add(read(term, isName ? NAME * weight : weight)));
        postings.removeIf(posting -> posting.size == 0);
        return postings;
    }

    private Posting read(String term, double weight) {
        var posting = new Posting(term, weight);
        rows.postings(term, posting::add);
        posting.idf = Bm25.idf(rows.count(), posting.size);
        return posting;
    }

    /** What an occurrence counts in a turn of this length: one, if the length is the mean. */
    private double perLength(int length) {
        return length < perLength.length ? perLength[length] : perLength(length, rows.averageLength());
    }

    private static double perLength(int length, double averageLength) {
        return 1 / (1 - B + B * length / averageLength);
    }

    private void offer(Leg leg, int row, double score) {
        if (score * most < leg.floor()) {
            return;
        }
        Interaction facts = rows.facts(row);
        leg.offer(facts, sessions.of(row) == null ? score : score * factor(row, facts));
    }

    private double factor(int row, Interaction turn) {
        double factor = 1 - questionWeight * sessions.questionShare(row);
        if (turn.speaker().filter(named::contains).isPresent()) {
            factor *= speakerFactor;
        }
        DateMentions dates = search.question().dates();
        if (!dates.isEmpty()) {
            factor *= 1 + dateWeight * turn.time().map(dates::fit).orElse(0.0);
        }
        return factor;
    }

    /** The rows that hold a term, and how often each does. */
    private static final class Posting {
        private final String term;
        private final double weight;
        private double idf;
        private int[] rows = new int[256];
        private int[] occurrences = new int[256];
        private int size;

        private Posting(String term, double weight) {
            this.term = term;
            this.weight = weight;
        }

        private void add(int row, int times) {
            if (size == rows.length) {
                rows = Arrays.copyOf(rows, size * 2);
                occurrences = Arrays.copyOf(occurrences, size * 2);
            }
            rows[size] = row;
            occurrences[size++] = times;
        }

        /** How much an occurrence of it counts. */
        private double telling() {
            return weight * idf;
        }
    }
}
