package dev.mneme.examples.companion;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.MnemeException;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.RecallReport;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An agent that remembers, with no server: it takes in long conversations, finds the right turns again when asked, and
 * still knows them after a restart.
 *
 * <p>Run it by {@code ./quickstart}; {@code ./quickstart --help} says more.
 */
public final class Companion {

    private static final int PROGRESS_STEPS = 20;
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    private final DialogueFile file;
    private final Path folder;
    private final Terminal terminal;
    private final Report report;

    private Companion(DialogueFile file, Path data, Terminal terminal) {
        this.file = file;
        this.folder = data.resolve(file.name());
        this.terminal = terminal;
        this.report = new Report(terminal);
    }

    /** Keeps its memory below the folder that the system property {@code companion.data} names. */
    public static void main(String[] args) {
        // on newer JDKs Lucene tells which of their features it uses
        LUCENE.setLevel(Level.SEVERE);
        // conversations are printed in UTF-8, whatever the machine's own encoding is
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
        var err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
        System.exit(run(Path.of(System.getProperty("companion.data", "data/companion")), out, err, args));
    }

    /** Does what the arguments ask for, and gives the exit code. */
    static int run(Path data, PrintStream out, PrintStream err, String... args) {
        try {
            Arguments arguments = Arguments.parse(args);
            if (arguments.help()) {
                out.print(Arguments.HELP);
                return 0;
            }
            if (arguments.judged().isPresent()) {
                judge(JudgedFile.read(arguments.judged().get()), data, Terminal.on(out, arguments.plain()));
                return 0;
            }
            DialogueFile file = arguments.file().map(DialogueFile::read).orElseGet(DialogueFile::bundled);
            var companion = new Companion(file, data, Terminal.on(out, arguments.plain()));
            if (arguments.question().isPresent()) {
                companion.answer(arguments.question().get());
                return 0;
            }
            List<String> broken = companion.tour();
            broken.forEach(promise -> err.println("quickstart: this does not hold: " + promise));
            return broken.isEmpty() ? 0 : 1;
        } catch (BadInputException e) {
            err.println("quickstart: " + e.getMessage());
            return 2;
        } catch (MnemeException e) {
            err.println("quickstart: " + e.getMessage());
            return 1;
        }
    }

    /** Asks judged questions under each profile, and tells how much was found and how fast. */
    private static void judge(JudgedFile file, Path data, Terminal terminal) {
        RecallReport.Builder report = RecallReport.builder()
                .profile(RetrievalProfile.CONVERSATION)
                .profile(RetrievalProfile.DOCUMENTS)
                .way("words alone", query -> query.weights(1, 0))
                .way("vectors alone", query -> query.weights(0, 1));
        try (ContextStore store =
                LuceneContextStore.open(data.resolve(file.name()), HashingEmbedder.ofDimensions(384))) {
            for (JudgedFile.Memory judged : file.memories()) {
                AgentContext memory = store.agent(judged.agent());
                for (int from = 0; from < judged.records().size(); from += AgentContext.MAX_BATCH) {
                    int to = Math.min(
                            from + AgentContext.MAX_BATCH, judged.records().size());
                    memory.addAll(judged.records().subList(from, to));
                }
                report.judge(memory, judged.questions());
            }
        }
        report.build().toString().lines().forEach(terminal::line);
    }

    /** Remembers, asks, restarts and asks again; gives the promises that did not hold. */
    private List<String> tour() {
        report.greet(file, folder);
        List<Recall> before;
        try (ContextStore store = open()) {
            report.remembered(rememberVisibly(store), file.turns());
            before = recall(store);
            report.table(before);
        }
        try (ContextStore store = open()) {
            List<String> broken = compare(store, before);
            report.someQuestions(store.agent(file.dialogues().get(0).agent()), before.get(0));
            return broken;
        }
    }

    private ContextStore open() {
        return LuceneContextStore.open(folder, HashingEmbedder.ofDimensions(384));
    }

    private int rememberVisibly(ContextStore store) {
        try (var bar = new ProgressBar(terminal, "  Remembering", file.turns())) {
            return remember(store, bar::advance);
        }
    }

    /** Adds each turn to the memory of its dialogue's agent; gives how many were not there before. */
    private int remember(ContextStore store, IntConsumer progress) {
        int added = 0;
        for (Dialogue dialogue : file.dialogues()) {
            AgentContext memory = store.agent(dialogue.agent());
            for (List<Interaction> batch : batches(dialogue.interactions())) {
                added += memory.addAll(batch).added();
                progress.accept(batch.size());
            }
        }
        return added;
    }

    /** In batches so small that the progress is seen, and no larger than a memory takes. */
    private List<List<Interaction>> batches(List<Interaction> all) {
        int size = Math.min(Math.max(file.turns() / PROGRESS_STEPS, 1), AgentContext.MAX_BATCH);
        var batches = new ArrayList<List<Interaction>>();
        for (int from = 0; from < all.size(); from += size) {
            batches.add(all.subList(from, Math.min(from + size, all.size())));
        }
        return batches;
    }

    /** Asks each memory the questions about its dialogue. */
    private List<Recall> recall(ContextStore store) {
        return file.dialogues().stream()
                .map(dialogue -> Recall.evaluate(store.agent(dialogue.agent()), dialogue))
                .toList();
    }

    /** Looks at what a restart must not change. */
    private List<String> compare(ContextStore store, List<Recall> dialoguesBefore) {
        report.heading("The store was closed, and is opened again from disk");
        var checks = new Checks(terminal);
        Recall before = Recall.all(dialoguesBefore);
        Recall after = Recall.all(recall(store));
        checks.that(
                before.turns() == file.turns() && after.turns() == file.turns(),
                "every turn is there",
                before.turns() + " before, " + after.turns() + " after");
        checks.that(
                before.sameHits(after) == before.answers().size(),
                "the questions find the same turns",
                before.sameHits(after) + " of " + before.answers().size());
        int added = remember(store, turns -> {});
        checks.that(added == 0, "adding all again adds nothing", added + " new");
        return checks.broken();
    }

    /** Answers one question from each memory, and says why. */
    private void answer(String question) {
        try (ContextStore store = open()) {
            if (!isRemembered(store)) {
                rememberVisibly(store);
            }
            ContextQuery query = ContextQuery.text(question).limit(5).explain();
            for (Dialogue dialogue : file.dialogues()) {
                report.heading("From the memory of " + dialogue.id());
                new HitPrinter(terminal).print(store.agent(dialogue.agent()).search(query), List.of());
            }
        }
    }

    private boolean isRemembered(ContextStore store) {
        return file.dialogues().stream()
                .allMatch(dialogue -> store.agent(dialogue.agent()).count()
                        == dialogue.turns().size());
    }
}
