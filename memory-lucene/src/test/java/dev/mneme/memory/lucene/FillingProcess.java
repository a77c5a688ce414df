package dev.mneme.memory.lucene;

import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.Interaction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A process that adds batches until it cannot, and prints the last acknowledged one after each call. */
final class FillingProcess {

    private FillingProcess() {}

    /** The folder, the records of a batch, and the size at which the journal goes into the index. */
    public static void main(String[] arguments) {
        int size = Integer.parseInt(arguments[1]);
        LuceneContextStore store = LuceneContextStore.builder(Path.of(arguments[0]), WriterProcess.embedder())
                .often(20, Long.parseLong(arguments[2]))
                .open();
        AgentContext agent = store.agent(WriterProcess.AGENT);
        try {
            for (int batch = 0; batch < 100_000; batch++) {
                agent.addAll(batch(batch, size));
                System.out.println("acknowledged " + batch);
            }
        } catch (RuntimeException e) {
            System.out.println("failed " + e.getClass().getName() + ": " + e.getMessage());
            try {
                agent.add(batch(100_000, 1).get(0));
                System.out.println("small one acknowledged");
            } catch (RuntimeException again) {
                System.out.println("again " + again.getClass().getName() + ": " + again.getMessage());
            }
        }
        try {
            store.close();
        } catch (RuntimeException e) {
            System.out.println("close " + e.getClass().getName() + ": " + e.getMessage());
        }
    }

    /** Texts of random letters, so that the index cannot make them small. */
    static List<Interaction> batch(int batch, int size) {
        var random = new Random(batch);
        var records = new ArrayList<Interaction>();
        for (int i = 0; i < size; i++) {
            var text = new StringBuilder("common ");
            random.ints(400, 'a', 'z' + 1).forEach(letter -> text.append((char) letter));
            records.add(Interaction.of(batch + "-" + i, text.toString()));
        }
        return records;
    }
}
