package dev.mneme.memory.cache;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is refused, in clear words, at the earliest point; and that no words give away a key or a value. */
abstract class CacheRefusalCases extends CacheLoadingCases {

    @Test
    protected void aNameMustBeOneThatEveryServerCanTake() {
        for (String name : List.of("", " ", "a b", "a:b", "a/b", "a{b}", "имя", "x".repeat(65))) {
            assertThatThrownBy(() -> memory.cache(name, String.class, String.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "a cache's name must have 1 to 64 characters out of A-Z a-z 0-9 _ . ~ -, was");
        }
        assertThat(users("x".repeat(64)).build().name()).hasSize(64);
        assertThat(users("A-z.0_9~").build().name()).isEqualTo("A-z.0_9~");
    }

    @Test
    protected void twoCachesOfOneNameAreRefused() {
        users("c").build();
        assertThatThrownBy(() -> users("c").build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a memory must have one cache of a name, has c already");
    }

    @Test
    protected void aCacheIsOwnedOrSharedAndNotBoth() {
        CacheBuilder<String, String> neither =
                memory.cache("neither", String.class, String.class).loader(key -> key);
        assertThatThrownBy(neither::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cache neither must either name its owner or be shared, did neither");
        assertThatThrownBy(() -> users("both").shared().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cache both must either name its owner or be shared, did both");
        assertThat(neither.shared().build().get("k"))
                .as("nothing was half-made")
                .isEqualTo("k");
    }

    @Test
    protected void aCacheWithoutALoaderIsRefused() {
        assertThatThrownBy(() ->
                        memory.cache("c", String.class, String.class).shared().build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("cache c needs a loader");
    }

    @Test
    protected void timesThatDoNotFitAreRefused() {
        refused(b -> b.ttl(Duration.ZERO), "ttl must be more than zero, was PT0S");
        refused(b -> b.ttl(ofSeconds(-1)), "ttl must be more than zero, was PT-1S");
        refused(b -> b.ttl(Duration.ofDays(3651)), "ttl must be at most 3650 days, was PT87624H");
        refused(b -> b.nearTtl(Duration.ZERO), "nearTtl must be more than zero, was PT0S");
        refused(b -> b.ttl(ofSeconds(5)).nearTtl(ofSeconds(6)), "nearTtl must be at most the ttl (PT5S), was PT6S");
        refused(b -> b.negativeTtl(ofMillis(-1)), "negativeTtl must be at least zero, was PT-0.001S");
        refused(b -> b.staleOnError(ofMillis(-1)), "staleOnError must be at least zero, was PT-0.001S");
        refused(b -> b.hardTimeout(Duration.ZERO), "hardTimeout must be more than zero, was PT0S");
        refused(b -> b.softTimeout(Duration.ZERO), "softTimeout must be more than zero, was PT0S");
        refused(
                b -> b.hardTimeout(ofSeconds(1)).softTimeout(ofSeconds(1)),
                "softTimeout must be less than the hard timeout (PT1S), was PT1S");
        refused(b -> b.farTimeout(Duration.ZERO), "farTimeout must be more than zero, was PT0S");
        refused(b -> b.whenDisconnected(WhenDisconnected.stale(Duration.ZERO)), "max must be more than zero, was PT0S");
        refused(
                b -> b.whenDisconnected(WhenDisconnected.stale(ofSeconds(-1))),
                "staleFor must be at least zero, was PT-1S");
    }

    @Test
    protected void numbersThatDoNotFitAreRefused() {
        refused(b -> b.jitter(-0.01), "jitter must be from 0 to 0.5, was -0.01");
        refused(b -> b.jitter(0.51), "jitter must be from 0 to 0.5, was 0.51");
        refused(b -> b.jitter(Double.NaN), "jitter must be from 0 to 0.5, was NaN");
        refused(b -> b.earlyRefresh(0), "earlyRefresh must be more than 0 and at most 1, was 0.0");
        refused(b -> b.earlyRefresh(1.01), "earlyRefresh must be more than 0 and at most 1, was 1.01");
        refused(b -> b.nearEntries(0), "nearEntries must be at least 1, was 0");
        refused(b -> b.nearWeight(0, (k, v) -> 1), "nearWeight must be at least 1, was 0");
        refused(b -> b.maxConcurrentLoads(0), "maxConcurrentLoads must be at least 1, was 0");
        refused(b -> b.maxValueBytes(0), "maxValueBytes must be at least 1, was 0");
        refused(b -> b.schema(-1), "schema must be at least 0, was -1");
    }

    private void refused(Consumer<CacheBuilder<UserKey, String>> setting, String message) {
        assertThatThrownBy(() -> {
                    CacheBuilder<UserKey, String> builder = users("refused");
                    setting.accept(builder);
                    builder.build();
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    protected void blankAndOverlongKeysAreRefusedByEveryCall() {
        TieredCache<String, String> cache = memory.cache("c", String.class, String.class)
                .shared()
                .loader(key -> "loaded")
                .build();
        for (String key : Arrays.asList("", "  ", "x".repeat(2_049))) {
            List<Consumer<String>> calls = List.of(
                    cache::get,
                    cache::getOptional,
                    cache::find,
                    cache::lookup,
                    cache::refresh,
                    cache::invalidate,
                    k -> cache.getAll(List.of("good", k)),
                    k -> cache.invalidateAll(List.of("good", k)),
                    k -> cache.warmUp(List.of("good", k)));
            for (Consumer<String> call : calls) {
                assertThatThrownBy(() -> call.accept(key)).isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThat(cache.find("good"))
                .as("nothing is read before every key is checked")
                .isEmpty();
        assertThat(cache.get("x".repeat(2_048))).isEqualTo("loaded");
        List<Consumer<String>> calls = List.of(cache::get, cache::find, cache::invalidate);
        calls.forEach(call -> assertThatThrownBy(() -> call.accept(null)).isInstanceOf(NullPointerException.class));
    }

    @Test
    protected void aClosedMemoryRefusesEveryReadAndIsClosedOnce() {
        source.set(ANN, "free");
        TieredCache<UserKey, String> cache = users("c").scope(UserKey::scope).build();
        cache.get(ANN);
        memory.close();
        memory.close();
        var calls = new ArrayList<Runnable>(List.of(
                () -> cache.get(ANN),
                () -> cache.getOptional(ANN),
                () -> cache.find(ANN),
                () -> cache.getAll(List.of(ANN)),
                () -> cache.refresh(ANN),
                () -> cache.warmUp(List.of(ANN)),
                () -> cache.getAsync(ANN),
                () -> cache.refreshAsync(ANN),
                () -> cache.invalidate(ANN),
                () -> cache.invalidateScope("ann"),
                cache::clear,
                () -> memory.erase(Tenant.of("ann")),
                () -> users("later").build()));
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the memory must be open, was closed"));
        assertThat(cache.stats().loads()).isEqualTo(1);
    }

    @Test
    protected void closingEndsTheWaitOfThoseWhoseLoadHasNotBegun() throws Exception {
        source.set(ANN, "free");
        var halt = new Halt();
        TieredCache<UserKey, String> cache = users("c")
                .hardTimeout(ofSeconds(10 * GUARD_SECONDS))
                .maxConcurrentLoads(1)
                .loader(key -> {
                    halt.here();
                    return source.load(key);
                })
                .build();
        CompletableFuture<String> running = inBackground(() -> cache.get(ANN));
        halt.awaitEntered();
        CompletableFuture<String> waiting = inBackground(() -> cache.get(BOB));
        CompletableFuture<String> joined = inBackground(() -> cache.get(BOB));
        until(() -> cache.stats().joined() == 1);
        memory.close();
        halt.release();
        for (CompletableFuture<String> reader : List.of(waiting, joined)) {
            assertThatThrownBy(() -> await(reader)).hasCauseInstanceOf(CacheLoadException.class);
        }
        running.handle((value, failure) -> value).get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    protected void noMessageAndNoEventCarriesAKeyOrAValue() {
        var told = new CopyOnWriteArrayList<CacheEvent>();
        var canary = new UserKey("canary-user", "canary-part");
        source.set(canary, "canary-value");
        TieredCache<UserKey, String> cache = users("c")
                .scope(UserKey::scope)
                .loader(key -> {
                    source.load(key);
                    throw new IllegalStateException("down");
                })
                .build();
        cache.onEvent(told::add);
        TieredCache<UserKey, String> absent =
                users("absent").loader(key -> null).build();
        TieredCache<String, String> texts = memory.cache("texts", String.class, String.class)
                .shared()
                .loader(key -> "canary-value")
                .build();
        List<Runnable> calls = List.of(
                () -> cache.get(canary),
                () -> cache.refresh(canary),
                () -> cache.getAll(List.of(canary)).orThrow(),
                () -> absent.get(canary),
                () -> cache.invalidateScope("/canary-user"),
                () -> cache.invalidateScope("canary/".repeat(9) + "canary"),
                () -> texts.get("canary".repeat(400)));
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call::run)
                        .satisfies(thrown -> assertThat(chain(thrown)).doesNotContain("canary")));
        until(() -> told.size() == 3);
        assertThat(told.toString()).doesNotContain("canary");
        assertThat(List.of(memory.cacheStats(), memory.cacheHealth(), cache.health())
                        .toString())
                .doesNotContain("canary");
    }

    private static String chain(Throwable thrown) {
        var text = new StringBuilder();
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            text.append(t).append('\n');
            for (Throwable suppressed : t.getSuppressed()) {
                text.append(suppressed).append('\n');
            }
        }
        return text.toString();
    }
}
