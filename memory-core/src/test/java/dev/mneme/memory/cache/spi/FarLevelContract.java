package dev.mneme.memory.cache.spi;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheEvent;
import dev.mneme.memory.cache.ValueCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every far level must do. A level under test is opened twice, for two nodes; both share one namespace. */
public abstract class FarLevelContract {

    protected static final Duration LEASE = ofSeconds(30);
    protected static final Duration TTL = ofMinutes(5);
    private static final long GUARD_SECONDS = 60;

    protected FarNode nodeA;
    protected FarNode nodeB;
    protected FarLevel a;
    protected FarLevel b;
    private final List<FarLevel> opened = new ArrayList<>();

    /** A level for a node. Levels of one test share what they hold; those of different tests do not. */
    protected abstract FarLevel open(Coherence coherence) throws Exception;

    /** From when this returns, calls are not answered. */
    protected abstract void goAway() throws Exception;

    /** From when this returns, calls are answered, or soon will be. */
    protected abstract void comeBack() throws Exception;

    /** Lets time pass at the far level. */
    protected abstract void pass(Duration time) throws Exception;

    /** Sees to it that a heartbeat is sent after this call, and told soon. */
    protected abstract void heartbeat(FarLevel level);

    protected FarNode newNode() {
        return new FarNode();
    }

    @BeforeEach
    protected void openTwo() throws Exception {
        nodeA = newNode();
        nodeB = newNode();
        a = opened(nodeA);
        b = opened(nodeB);
    }

    protected final FarLevel opened(FarNode node) throws Exception {
        FarLevel level = open(node.coherence);
        opened.add(level);
        until(() -> level.state().reachable());
        heartbeat(level);
        until(() -> node.coherence.untrusted() == 0);
        return level;
    }

    @AfterEach
    protected void closeAll() {
        opened.forEach(FarLevel::close);
    }

    // ---- reading and filling

    @Test
    protected void whatWasFilledUnderALeaseIsReadByAll() throws Exception {
        FarKey key = key("a");
        assertThat(read(a, key)).isInstanceOf(FarRead.Miss.class);
        assertThat(fill(a, key, granted(a, key), "one")).isTrue();

        FarRead.Hit hit = hit(b, key);
        assertThat(text(hit)).isEqualTo("one");
        assertThat(hit.freshFor()).isBetween(Duration.ofNanos(1), TTL);
        assertThat(hit.age()).isLessThan(ofMinutes(1));
    }

    @Test
    protected void thatTheSourceHasNothingIsAValueToo() throws Exception {
        FarKey key = key("a");
        assertThat(await(a.fill(key, granted(a, key), null, TTL, ZERO))).isTrue();
        assertThat(hit(b, key).payload()).isNull();
    }

    @Test
    protected void anEmptyPayloadIsNotTheAbsenceOfAValue() throws Exception {
        FarKey key = key("a");
        assertThat(await(a.fill(key, granted(a, key), new byte[0], TTL, ZERO))).isTrue();
        assertThat(hit(b, key).payload()).isEmpty();
    }

    @Test
    protected void everyByteComesBackAsItWas() throws Exception {
        byte[] all = new byte[70_000];
        IntStream.range(0, all.length).forEach(i -> all[i] = (byte) (i * 31));
        FarKey key = key("a");
        assertThat(await(a.fill(key, granted(a, key), all, TTL, ZERO))).isTrue();
        assertThat(hit(b, key).payload()).isEqualTo(all);
    }

    @Test
    protected void manyKeysAreAnsweredInTheirOrder() throws Exception {
        List<FarKey> keys = IntStream.range(0, 100).mapToObj(i -> key("k" + i)).toList();
        for (int i = 0; i < 100; i += 3) {
            fill(a, keys.get(i), granted(a, keys.get(i)), "v" + i);
        }
        List<FarRead> answers = await(b.read(keys));
        assertThat(answers).hasSize(100);
        for (int i = 0; i < 100; i++) {
            if (i % 3 == 0) {
                assertThat(text((FarRead.Hit) answers.get(i))).isEqualTo("v" + i);
            } else {
                assertThat(answers.get(i)).isInstanceOf(FarRead.Miss.class);
            }
        }
        assertThat(await(b.read(List.of()))).isEmpty();
    }

    @Test
    protected void keysOfDifferentOwnersAndCachesNeverMeet() throws Exception {
        FarKey key = new FarKey("c", 1, "1", "2_a", List.of());
        fill(a, key, granted(a, key), "mine");
        assertThat(read(a, new FarKey("c", 1, "1_2", "a", List.of()))).isInstanceOf(FarRead.Miss.class);
        assertThat(read(a, new FarKey("c", 1, "2", "2_a", List.of()))).isInstanceOf(FarRead.Miss.class);
        assertThat(read(a, new FarKey("d", 1, "1", "2_a", List.of()))).isInstanceOf(FarRead.Miss.class);
        FarKey odd = new FarKey("c", 1, "{x}:", "ключ {y}:%", List.of("{}", "{}/ъ"));
        fill(a, odd, granted(a, odd), "odd");
        assertThat(text(hit(b, odd))).isEqualTo("odd");
    }

    @Test
    protected void aValuePastItsTimeIsExpiredWhileItIsKeptAndThenGone() throws Exception {
        FarKey kept = key("kept");
        FarKey plain = key("plain");
        await(a.fill(kept, granted(a, kept), bytes("old"), ofSeconds(1), ofMinutes(1)));
        await(a.fill(plain, granted(a, plain), bytes("old"), ofSeconds(1), ZERO));
        pass(ofMillis(1_300));
        assertThat(read(b, kept)).isInstanceOf(FarRead.Expired.class);
        assertThat(read(b, plain)).isInstanceOf(FarRead.Miss.class);
        assertThat(await(b.lease(kept, LeaseMode.IF_MISSING, LEASE, null))).isInstanceOf(LeaseAnswer.Granted.class);
    }

    // ---- leases

    @Test
    protected void onlyOneHoldsALease() throws Exception {
        FarKey key = key("a");
        granted(a, key);
        LeaseAnswer second = await(b.lease(key, LeaseMode.IF_MISSING, LEASE, null));
        assertThat(second)
                .isInstanceOfSatisfying(
                        LeaseAnswer.Held.class,
                        held -> assertThat(held.leftFor()).isBetween(Duration.ofNanos(1), LEASE));
    }

    @Test
    protected void aLeaseWhoseHolderIsGoneEndsByItself() throws Exception {
        FarKey key = key("a");
        String orphan = ((LeaseAnswer.Granted) await(a.lease(key, LeaseMode.IF_MISSING, ofMillis(300), null))).token();
        pass(ofMillis(400));
        String token = granted(b, key);
        assertThat(fill(a, key, orphan, "late")).isFalse();
        assertThat(fill(b, key, token, "new")).isTrue();
    }

    @Test
    protected void aReleasedLeaseIsFreeAtOnceAndOnlyItsHolderReleasesIt() throws Exception {
        FarKey key = key("a");
        String token = granted(a, key);
        await(b.release(key, "AAAAAAAAAAAAAAAAAAAAAA"));
        assertThat(await(b.lease(key, LeaseMode.IF_MISSING, LEASE, null))).isInstanceOf(LeaseAnswer.Held.class);
        await(a.release(key, token));
        granted(b, key);
        assertThat(fill(a, key, token, "late")).isFalse();
    }

    @Test
    protected void whoAsksForALeaseAfterTheFillGetsTheValue() throws Exception {
        FarKey key = key("a");
        fill(a, key, granted(a, key), "one");
        LeaseAnswer answer = await(b.lease(key, LeaseMode.IF_MISSING, LEASE, null));
        assertThat(answer)
                .isInstanceOfSatisfying(
                        LeaseAnswer.Found.class,
                        found -> assertThat(text(found.hit())).isEqualTo("one"));
    }

    @Test
    protected void aLeaseIsUsedOnce() throws Exception {
        FarKey key = key("a");
        String token = granted(a, key);
        assertThat(fill(a, key, token, "one")).isTrue();
        assertThat(fill(a, key, token, "two")).isFalse();
        assertThat(text(hit(b, key))).isEqualTo("one");
    }

    @Test
    protected void anEarlyRenewalLeasesInSpiteOfAValueButNotOfALease() throws Exception {
        FarKey key = key("a");
        fill(a, key, granted(a, key), "one");
        assertThat(await(a.lease(key, LeaseMode.IF_FREE, LEASE, null))).isInstanceOf(LeaseAnswer.Granted.class);
        assertThat(await(b.lease(key, LeaseMode.IF_FREE, LEASE, null))).isInstanceOf(LeaseAnswer.Held.class);
        assertThat(text(hit(b, key))).isEqualTo("one");
    }

    @Test
    protected void aForcedLeaseVoidsTheOneBefore() throws Exception {
        FarKey key = key("a");
        String first = granted(a, key);
        LeaseAnswer forced = await(b.lease(key, LeaseMode.ALWAYS, LEASE, null));
        assertThat(fill(a, key, first, "old")).isFalse();
        assertThat(fill(b, key, ((LeaseAnswer.Granted) forced).token(), "new")).isTrue();
        assertThat(text(hit(a, key))).isEqualTo("new");
    }

    @Test
    protected void anUnreadableFrameCountsAsMissingForWhoNamesIt() throws Exception {
        FarKey key = key("a");
        fill(a, key, granted(a, key), "garbled");
        String frame = hit(b, key).frame();
        assertThat(await(b.lease(key, LeaseMode.IF_MISSING, LEASE, "another"))).isInstanceOf(LeaseAnswer.Found.class);
        LeaseAnswer answer = await(b.lease(key, LeaseMode.IF_MISSING, LEASE, frame));
        fill(b, key, ((LeaseAnswer.Granted) answer).token(), "readable");
        assertThat(text(hit(a, key))).isEqualTo("readable");
        assertThat(await(a.lease(key, LeaseMode.IF_MISSING, LEASE, frame))).isInstanceOf(LeaseAnswer.Found.class);
    }

    // ---- invalidation

    @Test
    protected void anInvalidatedKeyIsGoneAndAllNodesAreTold() throws Exception {
        FarKey key = key("a");
        fill(a, key, granted(a, key), "one");
        assertThat(await(a.invalidate(List.of(key), false))).isEqualTo(Ack.DONE);
        assertThat(read(b, key)).isInstanceOf(FarRead.Miss.class);
        var told = new Dropped.Keys("c", List.of("a"));
        until(() -> nodeA.dropped.contains(told) && nodeB.dropped.contains(told));
        assertThat(nodeB.events).isEmpty();
    }

    @Test
    protected void aLoadFromBeforeAnInvalidationFillsNothing() throws Exception {
        FarKey key = key("a");
        String token = granted(a, key);
        await(b.invalidate(List.of(key), false));
        assertThat(fill(a, key, token, "old")).isFalse();
        assertThat(read(a, key)).isInstanceOf(FarRead.Miss.class);
        assertThat(fill(b, key, granted(b, key), "new")).isTrue();
    }

    @Test
    protected void anInvalidationReachesTheSchemasBesideItsOwnAndTheirLeases() throws Exception {
        List<FarKey> variants = IntStream.rangeClosed(1, 5)
                .mapToObj(schema -> new FarKey("c", schema, "", "a", List.of()))
                .toList();
        for (FarKey variant : variants) {
            fill(a, variant, granted(a, variant), "v" + variant.schema());
        }
        var leased = new FarKey("c", 4, "", "leased", List.of());
        String token = granted(a, leased);
        await(a.invalidate(List.of(variants.get(2), new FarKey("c", 3, "", "leased", List.of())), false));
        assertThat(await(b.read(variants)))
                .extracting(FarRead::getClass)
                .containsExactly(
                        FarRead.Hit.class,
                        FarRead.Miss.class,
                        FarRead.Miss.class,
                        FarRead.Miss.class,
                        FarRead.Hit.class);
        assertThat(fill(a, leased, token, "old")).isFalse();
    }

    @Test
    protected void manyKeysAreInvalidatedTogether() throws Exception {
        List<FarKey> keys =
                IntStream.range(0, 1_300).mapToObj(i -> key("k" + i)).toList();
        for (int i = 0; i < keys.size(); i += 100) {
            fill(a, keys.get(i), granted(a, keys.get(i)), "v");
        }
        assertThat(await(a.invalidate(keys, false))).isEqualTo(Ack.DONE);
        assertThat(await(b.read(keys))).allMatch(FarRead.Miss.class::isInstance);
        until(() -> droppedKeys(nodeB).size() == keys.size());
        assertThat(await(a.invalidate(List.of(), false))).isEqualTo(Ack.DONE);
    }

    @Test
    protected void aScopeTakesWhatIsUnderItAndNothingElse() throws Exception {
        FarKey profile = new FarKey("c", 1, "", "p", List.of("user-42", "user-42/profile"));
        FarKey orders = new FarKey("c", 1, "", "o", List.of("user-42", "user-42/orders"));
        FarKey other = new FarKey("c", 1, "", "p", List.of("user-4", "user-4/profile"));
        FarKey later = new FarKey("c", 7, "", "p", List.of("user-42", "user-42/profile"));
        List<FarKey> all = List.of(profile, orders, other, later);
        for (FarKey key : all) {
            fill(a, key, granted(a, key), "v");
        }
        assertThat(await(a.invalidateScope(new Dropped.Scope("c", "user-42/profile"), 1, false)))
                .isEqualTo(Ack.DONE);
        assertThat(await(b.read(all)))
                .extracting(FarRead::getClass)
                .containsExactly(FarRead.Miss.class, FarRead.Hit.class, FarRead.Hit.class, FarRead.Miss.class);
        await(b.invalidateScope(new Dropped.Scope("c", "user-42"), 1, false));
        assertThat(read(a, orders)).isInstanceOf(FarRead.Miss.class);
        assertThat(read(a, other)).isInstanceOf(FarRead.Hit.class);
        until(() -> nodeA.dropped.contains(new Dropped.Scope("c", "user-42"))
                && nodeB.dropped.contains(new Dropped.Scope("c", "user-42/profile")));
    }

    @Test
    protected void aLoadFromBeforeAScopesInvalidationIsNeverServed() throws Exception {
        FarKey key = new FarKey("c", 1, "", "p", List.of("u", "u/p"));
        String token = granted(a, key);
        await(b.invalidateScope(new Dropped.Scope("c", "u"), 1, false));
        fill(a, key, token, "old");
        assertThat(read(b, key)).isInstanceOf(FarRead.Miss.class);
        String after = granted(b, key);
        fill(b, key, after, "new");
        assertThat(text(hit(a, key))).isEqualTo("new");
    }

    @Test
    protected void aLeaseFromBeforeAScopesInvalidationHoldsNobodyUp() throws Exception {
        FarKey key = new FarKey("c", 1, "", "p", List.of("u"));
        granted(a, key);
        await(b.invalidateScope(new Dropped.Scope("c", "u"), 1, false));
        granted(b, key);
    }

    @Test
    protected void theRootOfABucketTakesAllItsKeysOfACache() throws Exception {
        FarKey key = key("a");
        FarKey scoped = new FarKey("c", 3, "", "p", List.of("u", "u/p"));
        FarKey elsewhere = new FarKey("d", 1, "", "a", List.of());
        for (FarKey each : List.of(key, scoped, elsewhere)) {
            fill(a, each, granted(a, each), "v");
        }
        for (int bucket = 0; bucket < FarKey.BUCKETS; bucket++) {
            assertThat(await(a.invalidateScope(new Dropped.Root("c", bucket), 1, false)))
                    .isEqualTo(Ack.DONE);
        }
        assertThat(read(b, key)).isInstanceOf(FarRead.Miss.class);
        assertThat(read(b, scoped)).isInstanceOf(FarRead.Miss.class);
        assertThat(read(b, elsewhere)).isInstanceOf(FarRead.Hit.class);
        until(() -> nodeB.dropped.contains(new Dropped.Root("c", key.bucket())));
    }

    @Test
    protected void invalidationsThatAreHeardKeepTheTrust() throws Exception {
        for (int i = 0; i < 50; i++) {
            await((i % 2 == 0 ? a : b).invalidate(List.of(key("k" + i)), false));
        }
        until(() -> droppedKeys(nodeB).size() == 50 && droppedKeys(nodeA).size() == 50);
        nodeA.flushed.clear();
        nodeB.flushed.clear();
        heartbeat(a);
        heartbeat(b);
        pass(ofMillis(1));
        until(() -> nodeA.coherence.untrusted() == 0 && nodeB.coherence.untrusted() == 0);
        assertThat(nodeA.flushed).isEmpty();
        assertThat(nodeB.flushed).isEmpty();
    }

    // ---- away and back

    @Test
    protected void callsToALevelThatIsAwayFailAndInvalidationsAreQueued() throws Exception {
        FarKey key = key("a");
        fill(a, key, granted(a, key), "old");
        goAway();
        assertThat(await(a.invalidate(List.of(key), false))).isEqualTo(Ack.PENDING);
        assertThat(await(a.read(List.of(key)))).containsExactly(new FarRead.Bypassed());
        assertThat(await(a.lease(key, LeaseMode.IF_MISSING, LEASE, null))).isEqualTo(new LeaseAnswer.Bypassed());
        assertFails(a.read(List.of(key("b"))));
        assertFails(a.lease(key("b"), LeaseMode.IF_MISSING, LEASE, null));
        assertFails(a.fill(key("b"), "AAAAAAAAAAAAAAAAAAAAAA", bytes("v"), TTL, ZERO));
        await(a.release(key("b"), "AAAAAAAAAAAAAAAAAAAAAA"));
        assertThatThrownBy(() -> a.erase(Tenant.of("t"))).isInstanceOf(FarLevelException.class);
        assertThat(a.state().reachable()).isFalse();
        assertThat(a.state().queued()).isEqualTo(1);
    }

    @Test
    protected void whatWasQueuedIsSentWhenTheLevelIsBackAndOnlyThenRead() throws Exception {
        FarKey key = key("a");
        FarKey scoped = new FarKey("c", 1, "", "s", List.of("u", "u/p"));
        fill(a, key, granted(a, key), "old");
        fill(a, scoped, granted(a, scoped), "old");
        goAway();
        assertThat(await(a.invalidate(List.of(key), false))).isEqualTo(Ack.PENDING);
        assertThat(await(a.invalidateScope(new Dropped.Scope("c", "u"), 1, false)))
                .isEqualTo(Ack.PENDING);
        assertThat(await(a.read(List.of(scoped)))).containsExactly(new FarRead.Bypassed());
        comeBack();
        until(() -> {
            FarRead read = readOr(a, key);
            assertThat(read instanceof FarRead.Hit).as("the old value was read").isFalse();
            return read instanceof FarRead.Miss && a.state().queued() == 0;
        });
        assertThat(readOr(b, key) instanceof FarRead.Hit).isFalse();
        until(() -> readOr(b, scoped) instanceof FarRead.Miss);
        assertThat(await(a.invalidate(List.of(key), false))).isEqualTo(Ack.DONE);
    }

    // ---- erasure

    @Test
    protected void erasureTakesAllOfAnOwnerInAllCachesAndTellsTheNodes() throws Exception {
        FarKey one = new FarKey("c", 1, "t:1", "a", List.of("u"));
        FarKey two = new FarKey("d", 4, "t:1", "b", List.of());
        FarKey other = new FarKey("c", 1, "t", "1:a", List.of());
        for (FarKey key : List.of(one, two, other)) {
            fill(a, key, granted(a, key), "v");
        }
        FarKey loading = new FarKey("c", 1, "t:1", "loading", List.of());
        String token = granted(b, loading);

        assertThat(a.erase(Tenant.of("t:1"))).isEqualTo(new ErasureReceipt("cache", Tenant.of("t:1"), 2));
        assertThat(read(b, one)).isInstanceOf(FarRead.Miss.class);
        assertThat(read(b, two)).isInstanceOf(FarRead.Miss.class);
        assertThat(read(b, other)).isInstanceOf(FarRead.Hit.class);
        assertThat(fill(b, loading, token, "v")).isFalse();
        until(() ->
                nodeB.dropped.stream().filter(new OwnersOf("t:1")).distinct().count() == FarKey.BUCKETS);
        assertThat(a.erase(Tenant.of("t:1")).records()).isZero();
    }

    private record OwnersOf(String owner) implements Predicate<Dropped> {
        @Override
        public boolean test(Dropped dropped) {
            return dropped instanceof Dropped.Owner one && one.owner().equals(owner);
        }
    }

    // ---- the rest

    @Test
    protected void theCodecReadsWhatItWrote() throws Exception {
        ValueCodec<String> codec = a.codec(String.class);
        assertThat(codec.decode(codec.encode("value"))).isEqualTo("value");
    }

    @Test
    protected void stateSaysThatAllIsWell() {
        assertThat(a.state()).isEqualTo(new FarLevel.State(true, 0, ""));
        assertThat(nodeA.events).noneMatch(CacheEvent.Disconnected.class::isInstance);
    }

    // ---- words of the cases

    public static FarKey key(String key) {
        return new FarKey("c", 1, "", key, List.of());
    }

    public static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    public static String text(FarRead.Hit hit) {
        return new String(hit.payload(), UTF_8);
    }

    public static FarRead read(FarLevel level, FarKey key) throws Exception {
        return await(level.read(List.of(key))).get(0);
    }

    /** The answer; null while the level is away. */
    public static @Nullable FarRead readOr(FarLevel level, FarKey key) {
        try {
            return read(level, key);
        } catch (Exception e) {
            assertThat(e).hasRootCauseInstanceOf(FarLevelException.class);
            return null;
        }
    }

    public static FarRead.Hit hit(FarLevel level, FarKey key) throws Exception {
        FarRead read = read(level, key);
        assertThat(read).isInstanceOf(FarRead.Hit.class);
        return (FarRead.Hit) read;
    }

    public static String granted(FarLevel level, FarKey key) throws Exception {
        LeaseAnswer answer = await(level.lease(key, LeaseMode.IF_MISSING, LEASE, null));
        assertThat(answer).isInstanceOf(LeaseAnswer.Granted.class);
        return ((LeaseAnswer.Granted) answer).token();
    }

    public static boolean fill(FarLevel level, FarKey key, String token, String value) throws Exception {
        return await(level.fill(key, token, bytes(value), TTL, ZERO));
    }

    public static void assertFails(CompletionStage<?> stage) {
        assertThatThrownBy(() -> await(stage))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(FarLevelException.class);
    }

    public static List<String> droppedKeys(FarNode node) {
        return node.dropped.stream()
                .filter(Dropped.Keys.class::isInstance)
                .flatMap(dropped -> ((Dropped.Keys) dropped).keys().stream())
                .toList();
    }

    public static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    /** Waits for what must come; the guard is no promise, only wider than any good run. */
    public static void until(BooleanSupplier come) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GUARD_SECONDS);
        while (!come.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("did not come in " + GUARD_SECONDS + " s");
            }
            LockSupport.parkNanos(2_000_000);
        }
    }
}
