package dev.mneme.examples.companion;

/** How far a job is: one line that is redrawn, or a line for every fifth of the way when the terminal is plain. */
final class ProgressBar implements AutoCloseable {

    private static final int CELLS = 30;

    private final Terminal terminal;
    private final String label;
    private final int total;
    private int done;
    private int shownPercent;
    private boolean drawn;

    /**
     * @param total how many steps the job has; at least 1
     */
    ProgressBar(Terminal terminal, String label, int total) {
        this.terminal = terminal;
        this.label = label;
        this.total = total;
    }

    void advance(int steps) {
        done += steps;
        int percent = (int) (100L * done / total);
        if (terminal.isPlain()) {
            if (percent / 20 > shownPercent / 20) {
                terminal.line(label + " " + percent + " % (" + done + "/" + total + ")");
                shownPercent = percent;
            }
        } else if (percent > shownPercent) {
            int filled = CELLS * percent / 100;
            terminal.redraw(label + " [" + "#".repeat(filled) + "-".repeat(CELLS - filled) + "] " + percent + " % ("
                    + done + "/" + total + ")");
            shownPercent = percent;
            drawn = true;
        }
    }

    /** Ends the line, so that what follows begins on a new one; also if the job broke off. */
    @Override
    public void close() {
        if (drawn) {
            terminal.line("");
        }
    }
}
