package dev.mneme.memory.redis.promise;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.servers.ChildJvm;
import dev.mneme.servers.RedisServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said under {@code Privacy.NONE} leaves no trace: not in a command to Redis, a log, or the heap afterwards. */
class PrivateTurnsTest {

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void privateTurnsAreInNoCommandNoLogAndAfterTheirTimeInNoHeap(@TempDir Path folder) throws Exception {
        Path held = folder.resolve("held.hprof");
        Path expired = folder.resolve("expired.hprof");
        String canary = PrivateTurnsNode.canary();
        try (RedisServer server = RedisServer.start();
                WatchedCommands commands = new WatchedCommands(server);
                ChildJvm node =
                        ChildJvm.start(PrivateTurnsNode.class, server.uri(), held.toString(), expired.toString())) {
            assertThat(node.line()).isEqualTo("used");
            server.kill();
            node.say("go on");
            assertThat(node.line()).isEqualTo("away");
            server.restart();
            try (WatchedCommands later = new WatchedCommands(server)) {
                node.say("go on");
                assertThat(node.line()).isEqualTo("expired");
                node.rest();
                later.catchUp();
                for (WatchedCommands watched : List.of(commands, later)) {
                    assertThat(watched.lines()).noneMatch(line -> line.contains(canary.toLowerCase(Locale.ROOT)));
                    assertThat(watched.lines())
                            .as("that it speaks of the conversation at all")
                            .anyMatch(line -> line.contains(":history:ann}:t:recent:chat"));
                }
            }
            assertThat(node.errors())
                    .contains(PrivateTurnsNode.LISTENING, "DEBUG io.lettuce")
                    .doesNotContain(canary);
            assertThat(contains(held, canary))
                    .as("the heap while they are held")
                    .isTrue();
            assertThat(contains(expired, canary))
                    .as("the heap after their time")
                    .isFalse();
        }
    }

    /** Whether a file has a word in it, in any of the ways in which a JVM holds text. */
    private static boolean contains(Path file, String word) throws IOException {
        for (var charset : List.of(ISO_8859_1, UTF_16LE, UTF_16BE)) {
            if (contains(file, word.getBytes(charset))) {
                return true;
            }
        }
        return false;
    }

    /** No beginning of the word stands inside it again, so that a plain look along the file finds it. */
    private static boolean contains(Path file, byte[] word) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            int matched = 0;
            for (int read = in.read(); read >= 0; read = in.read()) {
                if (read == (word[matched] & 0xFF)) {
                    matched++;
                    if (matched == word.length) {
                        return true;
                    }
                } else {
                    matched = read == (word[0] & 0xFF) ? 1 : 0;
                }
            }
            return false;
        }
    }
}
