package dev.mneme.examples.companion;

import java.util.ArrayList;
import java.util.List;

/** Promises looked at one by one, each told as kept or broken. */
final class Checks {

    private final Terminal terminal;
    private final List<String> broken = new ArrayList<>();

    Checks(Terminal terminal) {
        this.terminal = terminal;
    }

    void that(boolean holds, String promise, String found) {
        terminal.line(
                "  " + (holds ? terminal.green("ok    ") : terminal.red("FAILED")) + "  " + promise + ": " + found);
        if (!holds) {
            broken.add(promise);
        }
    }

    /** What did not hold. */
    List<String> broken() {
        return List.copyOf(broken);
    }
}
