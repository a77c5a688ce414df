package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each script promises, of what cannot be brought about through a node. */
class ScriptsTest {

    private static final AtomicInteger TOKENS = new AtomicInteger();
    private static RedisServer server;

    private final String value = "{b}:d";
    private final String lease = "{b}:l";
    private final String root = "{b}:r";
    private final String version = "{b}:v";

    @BeforeAll
    static void startServer() {
        server = RedisServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void empty() {
        server.command("FLUSHALL");
    }

    /** A token of the length that all have. */
    private static String token() {
        return String.format("%022d", TOKENS.incrementAndGet());
    }

    private static @Nullable Object run(String script, List<String> keys, String... arguments) throws IOException {
        try (InputStream text = ScriptsTest.class.getResourceAsStream(script + ".lua")) {
            var words = new ArrayList<>(
                    List.of("EVAL", new String(text.readAllBytes(), UTF_8), Integer.toString(keys.size())));
            words.addAll(keys);
            words.addAll(List.of(arguments));
            return server.command(words.toArray(new String[0]));
        }
    }

    private static @Nullable String get(String key) {
        return (String) server.command("GET", key);
    }

    private static long ttl(String key) {
        return (Long) server.command("PTTL", key);
    }

    private static long now() {
        List<?> time = (List<?>) server.command("TIME");
        return Long.parseLong((String) time.get(0)) * 1_000 + Long.parseLong((String) time.get(1)) / 1_000;
    }

    private String leased(String mode, String token) throws IOException {
        List<?> answer = (List<?>) run("lease", List.of(value, lease, root), mode, token, "30000", "");
        return (String) answer.get(0);
    }

    private long fill(String token, long ttl, long staleFor) throws IOException {
        return (Long) run(
                "fill",
                List.of(value, lease, root),
                token,
                "v",
                "payload",
                Long.toString(ttl),
                Long.toString(staleFor));
    }

    /** As if a lease had been granted at another time. */
    private void moveLease(long millis) {
        String held = get(lease);
        String moved = held.substring(0, 22)
                + String.format("%015d", Long.parseLong(held.substring(22, 37)) + millis)
                + held.substring(37);
        server.command("SET", lease, moved, "PX", "30000");
    }

    // ---- versions

    @Test
    void aVersionThatIsThereStays() throws Exception {
        run("version", List.of(version), "random-1");
        String first = get(version);
        run("version", List.of(version), "random-2");
        assertThat(get(version)).isEqualTo(first);
        assertThat(Long.parseLong(first.substring(0, first.indexOf(':')))).isBetween(now() - 60_000, now());
    }

    @Test
    void anInvalidationDropsAndRenewsTheVersion() throws Exception {
        run("version", List.of(version), "random");
        String before = get(version);
        server.command("SET", value, "x");
        assertThat(run("invalidate", List.of(version, value, lease), "channel", "07", "r1", "k c a"))
                .isEqualTo(1L);
        String after = get(version);
        assertThat(get(value)).isNull();
        assertThat(counter(after)).isEqualTo(counter(before) + 1);
        assertThat(after).isNotEqualTo(before);
    }

    @Test
    void equalNamesMeanEqualHistories() throws Exception {
        server.command("SET", version, "5:one");
        run("invalidate", List.of(version), "channel", "07", "same", "k c a");
        String first = get(version);
        server.command("SET", version, "5:two");
        run("invalidate", List.of(version), "channel", "07", "same", "k c a");
        assertThat(get(version))
                .as("a script that comes again after another past")
                .isNotEqualTo(first);
        server.command("SET", version, "5:one");
        run("invalidate", List.of(version), "channel", "07", "other", "k c b");
        assertThat(get(version)).as("another script after the same past").isNotEqualTo(first);
    }

    @Test
    void whereAVersionWasLostItIsCountedFromTheClock() throws Exception {
        run("invalidate", List.of(version), "channel", "07", "r", "k c a");
        assertThat(counter(get(version))).isBetween(now() - 60_000, now() + 1);
    }

    @Test
    void moreKeysAreDroppedThanAScriptCanUnpackAtOnce() throws Exception {
        var keys = new ArrayList<String>(List.of(version));
        var set = new ArrayList<String>(List.of("MSET"));
        for (int i = 0; i < 20_000; i++) {
            keys.add("{b}:" + i);
            set.addAll(List.of("{b}:" + i, "x"));
        }
        server.command(set.toArray(new String[0]));
        assertThat(run("invalidate", keys, "channel", "07", "r", "k c a")).isEqualTo(20_000L);
        assertThat(server.command("DBSIZE")).isEqualTo(1L);
    }

    private static long counter(String version) {
        return Long.parseLong(version.substring(0, version.indexOf(':')));
    }

    // ---- leases and values

    @Test
    void aTimeToLiveCountsFromTheGrantAndNotFromTheFill() throws Exception {
        String token = token();
        leased("M", token);
        moveLease(-20_000);
        assertThat(fill(token, 60_000, 10_000)).isEqualTo(1);
        assertThat(ttl(value)).isBetween(1L, 50_000L);
        long freshUntil = Long.parseLong(get(value).substring(2, 17));
        assertThat(freshUntil).isLessThanOrEqualTo(now() + 40_000);
        assertThat(get(lease)).isNull();
    }

    @Test
    void aValueWhoseTimeIsOverWhenItComesIsNotStored() throws Exception {
        String token = token();
        leased("M", token);
        moveLease(-20_000);
        assertThat(fill(token, 10_000, 5_000)).isZero();
        assertThat(get(value)).isNull();
        assertThat(get(lease)).as("the lease is used up").isNull();
    }

    @Test
    void theVersionOfAScopeLivesAsLongAsWhatDependsOnIt() throws Exception {
        String token = token();
        leased("M", token);
        assertThat(ttl(root)).isGreaterThan(30_000);
        fill(token, 3_600_000, 0);
        assertThat(ttl(root)).isGreaterThan(ttl(value));
    }

    @Test
    void theVersionOfAScopeIsKeptForALeaseThatFindsItNearItsEnd() throws Exception {
        leased("M", token());
        server.command("PEXPIRE", root, "500");
        String kept = get(root);
        leased("A", token());
        assertThat(get(root)).isEqualTo(kept);
        assertThat(ttl(root)).isGreaterThan(30_000);
    }

    @Test
    void aVersionOfAScopeThatIsMadeAnewIsAnotherOneForEveryToken() throws Exception {
        leased("A", token());
        String first = get(root);
        server.command("DEL", root);
        leased("A", token());
        assertThat(get(root)).hasSize(16).isNotEqualTo(first);
    }

    @Test
    void aLeaseFromTheFutureIsVoidAndAValueFromThereIsNotHandedOver() throws Exception {
        String token = token();
        leased("M", token);
        assertThat(leased("M", token())).isEqualTo("held");
        moveLease(60_000);
        String second = token();
        assertThat(leased("M", second)).isEqualTo("granted");
        moveLease(60_000);
        assertThat(fill(second, 600_000, 0)).isEqualTo(1);
        assertThat(leased("M", token())).isEqualTo("granted");
    }

    @Test
    void onlyTheHolderOfALeaseReleasesIt() throws Exception {
        String token = token();
        leased("M", token);
        assertThat(run("release", List.of(lease), token())).isEqualTo(0L);
        assertThat(run("release", List.of(lease), token)).isEqualTo(1L);
        assertThat(run("release", List.of(lease), token)).isEqualTo(0L);
    }
}
