package dev.mneme.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ChildJvmTest {

    /** Says back what it is told, until it is told to end. */
    static final class Echo {

        public static void main(String... args) throws IOException {
            var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            System.out.println("ready " + args[0]);
            for (String line = input.readLine(); !"end".equals(line); line = input.readLine()) {
                System.out.println("told " + line);
            }
            System.err.println("ended");
        }

        private Echo() {}
    }

    @Test
    void aChildIsToldLinesAndSaysItsOwnAlsoAfterAPause() {
        try (ChildJvm child = ChildJvm.start(Echo.class, "one")) {
            assertThat(child.line()).isEqualTo("ready one");
            child.pause();
            child.say("something");
            child.resume();
            assertThat(child.line()).isEqualTo("told something");
            child.say("end");
            assertThat(child.rest()).isEmpty();
            assertThat(child.errors()).contains("ended");
        }
    }

    @Test
    void whatAChildSaidBeforeItWasKilledCanStillBeRead() {
        try (ChildJvm child = ChildJvm.startWithFileLimit(100_000, Echo.class, "two")) {
            child.say("last words");
            assertThat(child.line()).isEqualTo("ready two");
            assertThat(child.line()).isEqualTo("told last words");
            child.kill();
            assertThatThrownBy(child::line).isInstanceOf(AssertionError.class).hasMessageContaining("ended early");
        }
    }
}
