package dev.mneme.examples.companion;

import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Interaction;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Writes hits for a reader: rank, score, id, time and speaker in one line, the text below. */
final class HitPrinter {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final String INDENT = "     ";

    private final Terminal terminal;

    HitPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The first hits, those marked that are evidence by a judge's word. */
    void print(Iterable<Hit> hits, List<String> evidence) {
        int rank = 0;
        for (Hit hit : hits) {
            rank++;
            String mark = evidence.contains(hit.id()) ? terminal.green("  <- evidence") : "";
            terminal.line(String.format(Locale.ROOT, "  %d. %.3f  %s", rank, hit.score(), head(hit)) + mark);
            terminal.paragraph(INDENT, hit.text());
            hit.explanation().ifPresent(why -> terminal.paragraph(INDENT, "why: " + why, terminal::faint));
        }
        if (rank == 0) {
            terminal.line("  nothing found");
        }
    }

    private static String head(Hit hit) {
        Interaction found = hit.interaction();
        String kind = found.type().equals(Interaction.DEFAULT_TYPE) ? "" : ", " + found.type();
        String outcome =
                found.success().map(success -> success ? ", ok" : ", failed").orElse("");
        return Terminal.printable(
                hit.id() + "  " + found.time().map(TIME::format).orElse("") + "  "
                        + found.speaker().orElse("") + kind + outcome);
    }
}
