package dev.mneme.examples.companion;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Hits;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;

/** What the companion has to say, in words and tables. */
final class Report {

    private static final Path HERE = Path.of("").toAbsolutePath();

    /** How many hits of a question are shown. */
    private static final int SHOWN = 3;

    private static final String EMBEDDER_NOTE = "Found by words and spellings: the embedder that comes with Mneme knows"
            + " no meanings and no translations; a host plugs in a model that does.";

    private final Terminal terminal;

    Report(Terminal terminal) {
        this.terminal = terminal;
    }

    void greet(DialogueFile file, Path folder) {
        terminal.line(terminal.bold("Mneme companion") + ": an agent that remembers, with no server");
        Path full = folder.toAbsolutePath();
        Path shown = full.startsWith(HERE) ? HERE.relativize(full) : full;
        terminal.line("Memory: " + Terminal.printable(shown.toString()));
        terminal.line("");
        terminal.line(counted(file.dialogues().size(), "dialogue") + ", " + counted(file.turns(), "turn") + ", "
                + counted(file.judged(), "judged question"));
    }

    void remembered(int added, int turns) {
        terminal.line("  " + counted(added, "turn") + " new, " + (turns - added) + " known from before");
    }

    void table(List<Recall> recalls) {
        heading("Recall: the share of the judged evidence among the first 5, 10 and 20 hits");
        List<String> lines = RecallTable.lines(recalls);
        for (int i = 0; i < lines.size(); i++) {
            boolean strong = i == 0 || i == lines.size() - 1;
            terminal.line("  " + (strong ? terminal.bold(lines.get(i)) : lines.get(i)));
        }
        terminal.paragraph("  ", EMBEDDER_NOTE, terminal::faint);
    }

    /** One question of each kind there is, so that the bad is seen with the good. */
    void someQuestions(AgentContext memory, Recall recall) {
        if (recall.answers().isEmpty()) {
            return;
        }
        heading("Questions and their best hits, asked after the restart");
        List<Answer> answers = recall.answers();
        // the later half of the sample is in the other language
        List<Answer> later = answers.subList(answers.size() / 2, answers.size());
        one("found at once", memory, answers, rank -> rank == 1);
        one("found, but not first", memory, later, rank -> rank > 1 && rank <= SHOWN);
        one(
                "not found: no evidence among the first " + Recall.DEPTH + " hits",
                memory,
                answers,
                rank -> rank > Recall.DEPTH);
    }

    private void one(String kind, AgentContext memory, List<Answer> answers, IntPredicate rank) {
        answers.stream()
                .filter(answer -> rank.test(answer.firstEvidence().orElse(Integer.MAX_VALUE)))
                .map(Answer::question)
                .findFirst()
                .ifPresent(question -> {
                    terminal.line("");
                    terminal.paragraph("", question.text(), terminal::bold);
                    terminal.line(terminal.faint("  " + kind));
                    Hits hits = memory.search(ContextQuery.text(question.text()).limit(SHOWN));
                    new HitPrinter(terminal).print(hits, question.evidence());
                });
    }

    void heading(String text) {
        terminal.line("");
        terminal.line(terminal.bold(Terminal.printable(text)));
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
