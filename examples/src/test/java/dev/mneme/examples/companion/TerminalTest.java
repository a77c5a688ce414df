package dev.mneme.examples.companion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class TerminalTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, UTF_8);

    @Test
    void wrappedLinesKeepToTheWidthAndLoseNoWord() {
        assertThat(Terminal.wrap("оплата упала  второй раз\nза ночь", 12))
                .containsExactly("оплата упала", "второй раз", "за ночь");
    }

    @Test
    void aWordLongerThanTheLineStandsAlone() {
        assertThat(Terminal.wrap("see https://mneme.dev/long now", 10))
                .containsExactly("see", "https://mneme.dev/long", "now");
    }

    @Test
    void textFromOutsideCannotSteerTheTerminal() {
        assertThat(Terminal.printable("a\u001B[31mb\rc\u202Ed")).isEqualTo("a [31mb c d");
    }

    @Test
    void aPlainTerminalGetsNoEscapes() {
        Terminal plain = Terminal.on(out, true);

        plain.line(plain.bold("b") + plain.faint("f") + plain.green("g") + plain.red("r"));

        assertThat(written.toString(UTF_8)).isEqualTo("bfgr" + System.lineSeparator());
    }

    @Test
    void aPlainProgressIsALineForEachFifth() {
        try (var bar = new ProgressBar(Terminal.on(out, true), "Reading", 10)) {
            for (int i = 0; i < 10; i++) {
                bar.advance(1);
            }
        }

        assertThat(written.toString(UTF_8).lines())
                .containsExactly(
                        "Reading 20 % (2/10)",
                        "Reading 40 % (4/10)", "Reading 60 % (6/10)", "Reading 80 % (8/10)", "Reading 100 % (10/10)");
    }

    @Test
    void aProgressOnATerminalIsOneLineDrawnAgainAndThenEnded() {
        try (var bar = new ProgressBar(new Terminal(out, false, 80), "Reading", 2)) {
            bar.advance(1);
            bar.advance(1);
        }

        assertThat(written.toString(UTF_8))
                .isEqualTo("\rReading [" + "#".repeat(15) + "-".repeat(15) + "] 50 % (1/2)\rReading [" + "#".repeat(30)
                        + "] 100 % (2/2)" + System.lineSeparator());
    }
}
