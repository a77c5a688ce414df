package dev.mneme.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedisServerTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    @DisplayName("two servers run side by side, each with its own data")
    void twoServersRunSideBySide() {
        try (RedisServer one = RedisServer.start();
                RedisServer other = RedisServer.start()) {
            one.command("SET", "k", "v");

            assertThat(one.command("GET", "k")).isEqualTo("v");
            assertThat(other.command("GET", "k")).isNull();
            assertThat(one.uri()).isEqualTo("redis://127.0.0.1:" + one.port());
            assertThat(one.info("server")).containsEntry("process_id", Long.toString(one.pid()));
        }
    }

    @Test
    @DisplayName("what an append-only server acknowledged is there after a kill and a restart on the same port")
    void acknowledgedWritesSurviveAKill() {
        try (RedisServer redis = RedisServer.builder().appendOnly().start()) {
            int port = redis.port();
            for (int i = 0; i < 100; i++) {
                redis.command("SET", "k" + i, "v" + i);
            }
            long before = redis.pid();

            redis.kill();
            assertThat(ProcessHandle.of(before)).isEmpty();
            assertThat(redis.isUp()).isFalse();
            assertThatThrownBy(() -> redis.command("PING")).isInstanceOf(ServerException.class);

            redis.restart();
            assertThat(redis.port()).isEqualTo(port);
            assertThat(redis.pid()).isNotEqualTo(before);
            assertThat(redis.command("DBSIZE")).isEqualTo(100L);
            assertThat(redis.command("GET", "k99")).isEqualTo("v99");
        }
    }

    @Test
    @DisplayName("a server without an append-only file comes back empty")
    void aPlainServerComesBackEmpty() {
        try (RedisServer redis = RedisServer.start()) {
            redis.command("SET", "k", "v");

            redis.restart();

            assertThat(redis.command("DBSIZE")).isEqualTo(0L);
        }
    }

    @Test
    @DisplayName("a paused server keeps its connections, answers nothing, and answers late when resumed")
    void aPausedServerAnswersWhenResumed() {
        try (RedisServer redis = RedisServer.start();
                RespConnection hasty = RespConnection.open(redis.port(), Duration.ofMillis(200));
                RespConnection patient = redis.connect()) {
            hasty.command("PING");
            redis.pause();

            assertThat(redis.isUp()).isFalse();
            assertThatThrownBy(() -> hasty.command("PING"))
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("no answer");
            patient.send("PING");

            redis.resume();
            assertThat(patient.read()).isEqualTo("PONG");
            assertThat(redis.isUp()).isTrue();
        }
    }

    @Test
    @DisplayName("a server with a password refuses those who do not give it")
    void aPasswordIsAskedFor() {
        try (RedisServer redis = RedisServer.builder().password("secret1").start();
                RespConnection stranger = RespConnection.open(redis.port())) {
            assertThatThrownBy(() -> stranger.command("PING")).hasMessageStartingWith("NOAUTH");
            assertThat(redis.command("PING")).isEqualTo("PONG");
            assertThat(redis.uri()).isEqualTo("redis://:secret1@127.0.0.1:" + redis.port());
        }
    }

    @Test
    @DisplayName("settings hold, and a setting that Redis does not know is told with the words of its log")
    void settingsHold() {
        try (RedisServer redis = RedisServer.builder().setting("maxmemory 10mb").start()) {
            assertThat(redis.command("CONFIG", "GET", "maxmemory")).isEqualTo(List.of("maxmemory", "10485760"));
            assertThat(redis.info("persistence")).containsEntry("aof_enabled", "0");
        }
        assertThatThrownBy(
                        () -> RedisServer.builder().setting("no-such-setting 1").start())
                .isInstanceOf(ServerException.class)
                .hasMessageContaining("no-such-setting");
    }

    @Test
    @DisplayName("every kind of RESP3 reply is read")
    void everyKindOfReplyIsRead() {
        try (RedisServer redis = RedisServer.start();
                RespConnection connection = redis.connect()) {
            assertThat(connection.command("HELLO", "3"))
                    .isInstanceOfSatisfying(
                            Map.class, hello -> assertThat(hello.get("proto")).isEqualTo(3L));
            assertThat(connection.command("DEBUG", "PROTOCOL", "double")).isInstanceOf(Double.class);
            assertThat(connection.command("DEBUG", "PROTOCOL", "null")).isNull();
            assertThat(connection.command("DEBUG", "PROTOCOL", "true")).isEqualTo(true);
            assertThat(connection.command("DEBUG", "PROTOCOL", "set")).isEqualTo(List.of(0L, 1L, 2L));
            assertThat(connection.command("DEBUG", "PROTOCOL", "bignum"))
                    .hasToString("1234567999999999999999999999999999999");
            assertThat(connection.command("DEBUG", "PROTOCOL", "verbatim")).isEqualTo("This is a verbatim\nstring");
            assertThat(connection.command("DEBUG", "PROTOCOL", "attrib"))
                    .isEqualTo("Some real reply following the attribute");
            assertThatThrownBy(() -> connection.command("NOSUCH")).hasMessageStartingWith("ERR unknown command");
            connection.command("MULTI");
            connection.command("LPOP", "list", "x");
            assertThat(connection.command("EXEC").toString()).contains("[ERR value is out of range");
        }
    }

    @Test
    @DisplayName("closing a server ends its process and deletes its files, running, paused or killed")
    void nothingSurvivesClose() {
        for (String state : List.of("running", "paused", "killed")) {
            RedisServer redis = RedisServer.builder().appendOnly().start();
            long pid = redis.pid();
            Path dir = redis.process().dir();
            assertThat(dir).exists();
            if (state.equals("paused")) {
                redis.pause();
            } else if (state.equals("killed")) {
                redis.kill();
            }

            redis.close();
            redis.close();

            assertThat(ProcessHandle.of(pid)).as(state).isEmpty();
            assertThat(dir).as(state).doesNotExist();
            assertThatThrownBy(redis::restart).hasMessageContaining("closed");
        }
        assertThat(ProcessHandle.current()
                        .children()
                        .map(child -> child.info().commandLine().orElse("")))
                .noneMatch(command -> command.contains("redis.conf") || command.contains("read line"));
    }

    @Test
    @DisplayName("a server dies with the JVM that started it, even if that is killed")
    void aServerDiesWithItsJvm() throws Exception {
        for (boolean killed : List.of(true, false)) {
            Process jvm = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                            Forgetful.class.getName(),
                            killed ? "wait" : "exit")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
                long pid = Long.parseLong(out.readLine());
                Path dir = Path.of(out.readLine());
                Path binary = Path.of(out.readLine());
                if (killed) {
                    assertThat(ProcessHandle.of(pid)).isPresent();
                    jvm.destroyForcibly();
                }

                assertThat(Waiting.until(
                                LONG,
                                () -> ProcessHandle.of(pid).isEmpty()
                                        && !Files.exists(dir)
                                        && !Files.exists(binary.getParent())))
                        .as("server and files gone, JVM killed: " + killed)
                        .isTrue();
            } finally {
                jvm.destroyForcibly();
            }
        }
    }

    @Test
    @DisplayName("a platform without a Redis binary is told so")
    void aMissingBinaryIsToldClearly() {
        System.setProperty(RedisBinary.PROPERTY, "/nowhere/redis-server");
        try {
            assertThatThrownBy(RedisServer::start)
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("no redis-server that runs on")
                    .hasMessageContaining(RedisBinary.PROPERTY);
        } finally {
            System.clearProperty(RedisBinary.PROPERTY);
        }
    }

    /** A program that starts a server and does not close it. */
    static final class Forgetful {
        public static void main(String[] args) throws InterruptedException {
            RedisServer redis = RedisServer.builder().appendOnly().start();
            System.out.println(redis.pid());
            System.out.println(redis.process().dir());
            System.out.println(RedisBinary.path());
            if (args[0].equals("wait")) {
                Thread.sleep(60_000);
            }
        }
    }
}
