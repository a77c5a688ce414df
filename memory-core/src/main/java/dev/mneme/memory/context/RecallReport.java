package dev.mneme.memory.context;

import dev.mneme.Ticker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * How much of what a question needs is found, and how fast: judged questions asked of a memory in several ways, so that the
 * ways can be compared on one's own data.
 *
 * <pre>{@code
 * var report = RecallReport.builder()
 *         .profile(RetrievalProfile.CONVERSATION)
 *         .way("my weights", query -> query.weights(1, 0.5))
 *         .judge(store.agent(key), questions)
 *         .build();
 * System.out.println(report);
 * }</pre>
 *
 * <p>Holds numbers only, and none of the questions' words. Immutable.
 */
public final class RecallReport {

    /** How many hits are asked for. */
    public static final int DEPTH = 20;

    private final List<Row> rows;

    private RecallReport(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /**
     * The figures of one way of asking. Each question counts the same, however much evidence it has.
     *
     * @param way its name
     * @param category the questions that are counted; empty for all
     * @param questions how many these are
     * @param recallAt5 the mean share of the evidence among the first 5 hits, from 0 to 1
     * @param recallAt10 the same among the first 10
     * @param recallAt20 the same among the first 20
     * @param ndcgAt10 the mean normalised discounted cumulative gain of the first 10 hits, where evidence gains 1
     *     (Järvelin and Kekäläinen, 2002)
     * @param reciprocalRank the mean of 1 by the place of the first hit that is evidence; 0 for a question without one among
     *     the first {@value RecallReport#DEPTH}
     * @param p50Millis the time within which half of the searches were done
     * @param p95Millis the time within which 95 of 100 were
     */
    public record Row(
            String way,
            String category,
            int questions,
            double recallAt5,
            double recallAt10,
            double recallAt20,
            double ndcgAt10,
            double reciprocalRank,
            double p50Millis,
            double p95Millis) {}

    public static Builder builder() {
        return new Builder();
    }

    /** For each way, in the order in which they were given, the row of all questions; then that of each category, by name. */
    public List<Row> rows() {
        return rows;
    }

    /**
     * The row of all questions for a way.
     *
     * @throws IllegalArgumentException if there is no such way
     */
    public Row row(String way) {
        return rows.stream()
                .filter(row -> row.way.equals(way) && row.category.isEmpty())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the report must have the way asked for, had others"));
    }

    /** An aligned table with a head. */
    @Override
    public String toString() {
        int width = rows.stream().mapToInt(row -> label(row).length()).max().orElse(0);
        String format = "%-" + Math.max(width, 1) + "s %9s %8s %9s %9s %7s %6s %7s %7s%n";
        var table = new StringBuilder(String.format(
                Locale.ROOT,
                format,
                "",
                "questions",
                "recall@5",
                "recall@10",
                "recall@20",
                "nDCG@10",
                "MRR",
                "p50 ms",
                "p95 ms"));
        for (Row row : rows) {
            table.append(String.format(
                    Locale.ROOT,
                    format,
                    label(row),
                    row.questions,
                    decimal(row.recallAt5),
                    decimal(row.recallAt10),
                    decimal(row.recallAt20),
                    decimal(row.ndcgAt10),
                    decimal(row.reciprocalRank),
                    decimal(row.p50Millis),
                    decimal(row.p95Millis)));
        }
        return table.toString();
    }

    private static String label(Row row) {
        return row.category.isEmpty() ? row.way : "  " + row.category;
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** Collects what is asked, and how. Not safe to share between threads. */
    public static final class Builder {
        private final Map<String, UnaryOperator<ContextQuery>> ways = new LinkedHashMap<>();
        private final Map<String, List<Answer>> answers = new LinkedHashMap<>();
        private Ticker ticker = Ticker.system();

        private Builder() {}

        /** Asks under a profile; the way is called by its name. */
        public Builder profile(RetrievalProfile profile) {
            return way(profile.name(), query -> query.profile(profile));
        }

        /**
         * Asks in a way of one's own.
         *
         * @param change makes it of the query as a memory gets it by default; its limit is set afterwards
         * @throws IllegalArgumentException if there is such a way, or questions were judged already
         */
        public Builder way(String name, UnaryOperator<ContextQuery> change) {
            if (!answers.isEmpty()) {
                throw new IllegalArgumentException("ways must be given before questions are judged, was given after");
            }
            if (ways.putIfAbsent(name, change) != null) {
                throw new IllegalArgumentException("each way must have a name of its own, had one twice");
            }
            return this;
        }

        /** The clock by which searches are timed; the system's by default. */
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /**
         * Asks the questions of a memory in all ways, one search after the other on this thread, each question twice: the
         * first round warms up, the second counts. May be called for several memories; their questions are counted
         * together.
         *
         * @throws IllegalArgumentException if no way was given
         */
        public Builder judge(AgentContext memory, List<JudgedQuestion> questions) {
            if (ways.isEmpty()) {
                throw new IllegalArgumentException("there must be a way to ask, was none");
            }
            ways.forEach((name, change) -> {
                List<Answer> all = answers.computeIfAbsent(name, any -> new ArrayList<>());
                questions.forEach(question -> answer(memory, question, change));
                questions.forEach(question -> all.add(answer(memory, question, change)));
            });
            return this;
        }

        private Answer answer(AgentContext memory, JudgedQuestion question, UnaryOperator<ContextQuery> change) {
            ContextQuery query =
                    change.apply(ContextQuery.text(question.text())).limit(DEPTH);
            long start = ticker.nanos();
            List<String> found = memory.search(query).ids();
            return new Answer(question, found, ticker.nanos() - start);
        }

        public RecallReport build() {
            var rows = new ArrayList<Row>();
            answers.forEach((way, all) -> {
                if (all.isEmpty()) {
                    return;
                }
                rows.add(row(way, "", all));
                var categories = new TreeSet<String>();
                all.forEach(answer -> categories.add(answer.question.category()));
                categories.remove("");
                for (String category : categories) {
                    rows.add(row(
                            way,
                            category,
                            all.stream()
                                    .filter(answer -> answer.question.category().equals(category))
                                    .toList()));
                }
            });
            return new RecallReport(rows);
        }

        private static Row row(String way, String category, List<Answer> answers) {
            var recall5 = 0.0;
            var recall10 = 0.0;
            var recall20 = 0.0;
            var gain = 0.0;
            var reciprocal = 0.0;
            for (Answer answer : answers) {
                recall5 += answer.recall(5);
                recall10 += answer.recall(10);
                recall20 += answer.recall(DEPTH);
                gain += answer.gain();
                reciprocal += answer.reciprocalRank();
            }
            int n = answers.size();
            List<Long> times =
                    new ArrayList<>(answers.stream().map(Answer::nanos).toList());
            Collections.sort(times);
            return new Row(
                    way,
                    category,
                    n,
                    recall5 / n,
                    recall10 / n,
                    recall20 / n,
                    gain / n,
                    reciprocal / n,
                    millis(times, 0.50),
                    millis(times, 0.95));
        }

        /** By the nearest rank. */
        private static double millis(List<Long> sorted, double share) {
            return sorted.get((int) Math.ceil(share * sorted.size()) - 1) / 1e6;
        }
    }

    /** What was found for a question. */
    private record Answer(JudgedQuestion question, List<String> found, long nanos) {

        private static final int GAIN_DEPTH = 10;

        double recall(int depth) {
            List<String> top = found.subList(0, Math.min(depth, found.size()));
            long hits = question.evidence().stream().filter(top::contains).count();
            return (double) hits / question.evidence().size();
        }

        double gain() {
            double gain = 0;
            double ideal = 0;
            for (int i = 0; i < GAIN_DEPTH; i++) {
                double discounted = Math.log(2) / Math.log(i + 2);
                boolean isHit = i < found.size() && question.evidence().contains(found.get(i));
                gain += isHit ? discounted : 0;
                ideal += i < question.evidence().size() ? discounted : 0;
            }
            return gain / ideal;
        }

        double reciprocalRank() {
            for (int i = 0; i < found.size(); i++) {
                if (question.evidence().contains(found.get(i))) {
                    return 1.0 / (i + 1);
                }
            }
            return 0;
        }
    }
}
