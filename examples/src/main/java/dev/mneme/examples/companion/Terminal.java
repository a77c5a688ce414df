package dev.mneme.examples.companion;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Where the companion writes to: in colours and redrawn lines, or plain. */
final class Terminal {

    private static final int NARROWEST = 40;
    private static final int WIDEST = 120;
    private static final int USUAL = 80;

    private final PrintStream out;
    private final boolean plain;
    private final int width;

    Terminal(PrintStream out, boolean plain, int width) {
        this.out = out;
        this.plain = plain;
        this.width = width;
    }

    /**
     * @param plain no colours, no redrawn lines; so it is also with {@code NO_COLOR} set and on a dumb terminal
     */
    static Terminal on(PrintStream out, boolean plain) {
        boolean colourless = !System.getenv().getOrDefault("NO_COLOR", "").isEmpty()
                || System.getenv().getOrDefault("TERM", "").equals("dumb");
        return new Terminal(out, plain || colourless, width(System.getenv().getOrDefault("COLUMNS", "")));
    }

    private static int width(String columns) {
        if (!columns.matches("[0-9]{1,5}") || Integer.parseInt(columns) < NARROWEST) {
            return USUAL;
        }
        return Math.min(Integer.parseInt(columns), WIDEST);
    }

    boolean isPlain() {
        return plain;
    }

    void line(String line) {
        out.println(line);
    }

    /** Writes over the line that was drawn last. */
    void redraw(String line) {
        out.print("\r" + line);
        out.flush();
    }

    /** Writes a text of any length, from anywhere, in lines no wider than the terminal. */
    void paragraph(String indent, String text) {
        paragraph(indent, text, line -> line);
    }

    /** Writes a text so, each line of it styled, such as by {@link #bold}. */
    void paragraph(String indent, String text, UnaryOperator<String> style) {
        for (String line : wrap(text, width - indent.length())) {
            line(indent + style.apply(line));
        }
    }

    String bold(String text) {
        return coloured("1", text);
    }

    String faint(String text) {
        return coloured("2", text);
    }

    String green(String text) {
        return coloured("32", text);
    }

    String red(String text) {
        return coloured("31", text);
    }

    private String coloured(String code, String text) {
        return plain ? text : "\u001B[" + code + "m" + text + "\u001B[0m";
    }

    /** Text from outside with its control characters as spaces, so that it cannot steer the terminal. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Cf}&&[^\\u200C\\u200D]]", " ");
    }

    static List<String> wrap(String text, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : printable(text).strip().split("\\s+", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
