package dev.mneme.examples.companion;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Recall in aligned columns: a row for each dialogue, and a last one for all. */
final class RecallTable {

    private static final String[] HEAD = {
        "dialogue", "turns", "questions", "recall@5", "recall@10", "recall@20", "p50 ms", "p95 ms"
    };

    private RecallTable() {}

    /** The head first, the row {@code ALL} last. */
    static List<String> lines(List<Recall> dialogues) {
        var rows = new ArrayList<String[]>();
        rows.add(HEAD);
        dialogues.forEach(dialogue -> rows.add(row(dialogue)));
        rows.add(row(Recall.all(dialogues)));
        int[] widths = widths(rows);
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String[] row(Recall recall) {
        return new String[] {
            Terminal.printable(recall.dialogue()),
            Long.toString(recall.turns()),
            Integer.toString(recall.answers().size()),
            decimal("%.3f", recall.at(5)),
            decimal("%.3f", recall.at(10)),
            decimal("%.3f", recall.at(20)),
            decimal("%.2f", recall.searchMillis(0.50)),
            decimal("%.2f", recall.searchMillis(0.95))
        };
    }

    private static String decimal(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private static int[] widths(List<String[]> rows) {
        var widths = new int[HEAD.length];
        for (String[] row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row[column].length());
            }
        }
        return widths;
    }

    private static String line(String[] row, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < row.length; column++) {
            String gap = " ".repeat(widths[column] - row[column].length());
            // names to the left, numbers to the right
            line.append(column == 0 ? row[column] + gap : "  " + gap + row[column]);
        }
        return line.toString();
    }
}
