package dev.mneme.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);

    private static RedisServer redis;
    private FaultProxy proxy;

    @BeforeAll
    static void startRedis() {
        redis = RedisServer.start();
    }

    @AfterAll
    static void closeRedis() {
        redis.close();
    }

    @BeforeEach
    void openProxy() {
        proxy = FaultProxy.to(redis);
    }

    @AfterEach
    void closeProxy() {
        proxy.close();
    }

    @Test
    @DisplayName("without a fault it forwards, values of many megabytes too, and counts its connections")
    void itForwards() {
        String big = "0123456789".repeat(500_000);
        try (RespConnection one = connect();
                RespConnection other = connect()) {
            assertThat(one.command("SET", "big", big)).isEqualTo("OK");
            assertThat(other.command("GET", "big")).isEqualTo(big);
            assertThat(proxy.connections()).isEqualTo(2);
            assertThat(proxy.accepted()).isEqualTo(2);
        }
        assertThat(Waiting.until(LONG, () -> proxy.connections() == 0)).isTrue();
        assertThat(proxy.uri()).isEqualTo("redis://127.0.0.1:" + proxy.port());
    }

    @Test
    @DisplayName("a cut resets connections and refuses new ones until healed")
    void aCutResetsAndRefuses() throws IOException {
        try (RespConnection connection = connect();
                Socket idle = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            connection.command("PING");
            proxy.cut();

            assertThatThrownBy(() -> connection.command("PING")).isInstanceOf(ServerException.class);
            assertThatThrownBy(() -> idle.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThatThrownBy(this::connect).hasMessageContaining("refused");
            assertThat(proxy.connections()).isZero();
        }

        proxy.heal();
        try (RespConnection connection = connect()) {
            assertThat(connection.command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    @DisplayName("half-open, it accepts and swallows, and nothing reaches the server")
    void halfOpenSwallows() {
        redis.command("DEL", "k");
        try (RespConnection before = connect();
                RespConnection untouched = connect()) {
            before.command("PING");
            untouched.command("PING");
            proxy.halfOpen();

            assertThatThrownBy(() -> before.command("SET", "k", "v")).hasMessageContaining("timed out");
            try (RespConnection during = connect()) {
                assertThatThrownBy(() -> during.command("SET", "k", "v")).hasMessageContaining("timed out");
                assertThat(redis.command("GET", "k")).isNull();

                proxy.heal();
                assertThatThrownBy(() -> before.command("PING")).hasMessageContaining("reset");
                assertThatThrownBy(() -> during.command("PING")).hasMessageContaining("reset");
                assertThat(untouched.command("PING")).isEqualTo("PONG");
            }
        }
    }

    @Test
    @DisplayName("half-open, a client does not learn that the server is gone")
    void halfOpenHidesTheEndOfTheServer() {
        try (RedisServer mortal = RedisServer.start();
                FaultProxy before = FaultProxy.to(mortal);
                RespConnection connection = RespConnection.open(before.port(), SHORT)) {
            connection.command("PING");
            before.halfOpen();
            mortal.kill();

            assertThatThrownBy(connection::read).hasMessageContaining("timed out");
            before.heal();
            assertThatThrownBy(connection::read).hasMessageContaining("reset");
        }
    }

    @Test
    @DisplayName("half-open, a client does not learn that the server reset the connection")
    void halfOpenHidesAReset() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                FaultProxy before = FaultProxy.to(server.getLocalPort());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), before.port());
                Socket accepted = server.accept()) {
            client.setSoTimeout(Math.toIntExact(SHORT.toMillis()));
            before.halfOpen();
            accepted.setSoLinger(true, 0);
            accepted.close();

            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            before.heal();
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    @DisplayName("a delayed answer comes no earlier than the delay, and healing delivers it at once")
    void answersAreDelayed() {
        try (RespConnection connection = RespConnection.open(proxy.port(), LONG)) {
            connection.command("PING");
            proxy.delay(Duration.ofMillis(120));
            long begin = System.nanoTime();
            connection.command("PING");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(120));

            proxy.delay(Duration.ofHours(1));
            connection.send("PING");
            assertThat(Waiting.until(SHORT, () -> false)).isFalse();
            proxy.heal();
            assertThat(connection.read()).isEqualTo("PONG");
        }
    }

    @Test
    @DisplayName("with all messages dropped a RESP3 subscriber gets replies and no message")
    void allMessagesAreDropped() {
        try (RespConnection connection = subscribed("3")) {
            proxy.dropFromServer(1, 1);
            for (int i = 0; i < 100; i++) {
                assertThat(redis.command("PUBLISH", "news", "m" + i)).isEqualTo(1L);
                assertThat(connection.command("PING")).isEqualTo("PONG");
            }
            assertThat(proxy.dropped()).isEqualTo(100);
            assertThat(connection.command("ECHO", "message")).isEqualTo("message");

            proxy.heal();
            redis.command("PUBLISH", "news", "last");
            assertThat(connection.read()).isEqualTo(List.of("message", "news", "last"));
        }
    }

    @Test
    @DisplayName("with a share dropped the rest comes in order, and the same seed drops the same")
    void aShareIsDropped() {
        List<String> first = received(7);
        List<String> again = received(7);

        assertThat(first).hasSizeBetween(60, 240);
        assertThat(first).isSorted();
        proxy.close();
        proxy = FaultProxy.to(redis);
        assertThat(received(7)).isEqualTo(first);
        assertThat(again).isNotEqualTo(first);
    }

    @Test
    @DisplayName("pushes that are no messages come through when all messages are dropped")
    void invalidationsComeThrough() {
        try (RespConnection connection = subscribed("3")) {
            proxy.dropFromServer(1, 1);
            connection.command("CLIENT", "TRACKING", "ON", "BCAST");
            redis.command("PUBLISH", "news", "m");
            redis.command("SET", "tracked", "v");

            assertThat(connection.read()).isEqualTo(List.of("invalidate", List.of("tracked")));
        }
    }

    @Test
    @DisplayName("messages of RESP2 are dropped only when told")
    void resp2MessagesAreDroppedIfTold() {
        try (RespConnection connection = subscribed("2")) {
            proxy.dropFromServer(1, 1);
            redis.command("PUBLISH", "news", "one");
            assertThat(connection.read()).isEqualTo(List.of("message", "news", "one"));

            proxy.dropFromServerInResp2(1, 1);
            redis.command("PUBLISH", "news", "two");
            assertThat(connection.command("PING")).isEqualTo(List.of("pong", ""));
        }
    }

    @Test
    @DisplayName("what is not RESP is forwarded, and reset when messages are to be dropped")
    void otherProtocolsAreForwarded() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                FaultProxy before = FaultProxy.to(server.getLocalPort());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), before.port());
                Socket accepted = server.accept()) {
            client.setSoTimeout(Math.toIntExact(LONG.toMillis()));
            accepted.getOutputStream().write(new byte[] {1, 2, 3});
            assertThat(client.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);

            before.dropFromServer(1, 1);
            accepted.getOutputStream().write(4);
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    @DisplayName("a closed proxy has no threads and no connections left")
    void nothingSurvivesClose() {
        try (RespConnection connection = connect()) {
            connection.command("PING");
            proxy.delay(Duration.ofHours(1));
            connection.send("PING");
            proxy.close();
            proxy.close();

            assertThat(proxy.connections()).isZero();
            assertThat(Waiting.until(
                            LONG,
                            () -> Thread.getAllStackTraces().keySet().stream()
                                    .noneMatch(thread ->
                                            thread.getName().startsWith("fault-proxy-" + proxy.port() + "-"))))
                    .isTrue();
            assertThatThrownBy(proxy::heal).hasMessageContaining("closed");
        }
    }

    @Test
    @DisplayName("a delay below zero and a share that is no probability are refused")
    void badArgumentsAreRefused() {
        assertThatThrownBy(() -> proxy.delay(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("delay must not be negative, was PT-0.001S");
        for (double share : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> proxy.dropFromServer(share, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("share must be from 0 to 1, was " + share);
        }
    }

    private RespConnection connect() {
        return RespConnection.open(proxy.port(), SHORT.multipliedBy(2));
    }

    private RespConnection subscribed(String protocol) {
        RespConnection connection = RespConnection.open(proxy.port(), LONG);
        connection.command("HELLO", protocol);
        assertThat(connection.command("SUBSCRIBE", "news")).isEqualTo(List.of("subscribe", "news", 1L));
        return connection;
    }

    /** What of 300 numbered messages comes to a new subscriber while half are dropped. */
    private List<String> received(long seed) {
        try (RespConnection connection = subscribed("3");
                RespConnection publisher = redis.connect()) {
            proxy.dropFromServer(0.5, seed);
            for (int i = 0; i < 300; i++) {
                publisher.command("PUBLISH", "news", Integer.toString(1000 + i));
            }
            connection.send("ECHO", "end");
            List<String> received = new ArrayList<>();
            for (Object reply = connection.read(); !"end".equals(reply); reply = connection.read()) {
                received.add((String) ((List<?>) reply).get(2));
            }
            return received;
        }
    }
}
