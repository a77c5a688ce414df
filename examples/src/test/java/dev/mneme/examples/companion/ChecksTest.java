package dev.mneme.examples.companion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ChecksTest {

    @Test
    void aBrokenPromiseIsToldAndRemembered() {
        var written = new ByteArrayOutputStream();
        var checks = new Checks(Terminal.on(new PrintStream(written, true, UTF_8), true));

        checks.that(true, "every turn is there", "60 before, 60 after");
        checks.that(false, "adding all again adds nothing", "3 new");

        assertThat(checks.broken()).containsExactly("adding all again adds nothing");
        assertThat(written.toString(UTF_8).lines())
                .containsExactly(
                        "  ok      every turn is there: 60 before, 60 after",
                        "  FAILED  adding all again adds nothing: 3 new");
    }
}
