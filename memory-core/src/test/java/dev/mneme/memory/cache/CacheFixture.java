package dev.mneme.memory.cache;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A memory under test, a source of values, and what the cases have in common. */
@Timeout(120)
public abstract class CacheFixture {

    /** How long a case waits for what must happen before it calls it hung. */
    protected static final int GUARD_SECONDS = 60;

    /** A key as hosts have them: whose it is, and of what. */
    public record UserKey(String user, String part) {
        public Tenant tenant() {
            return Tenant.of(user);
        }

        String scope() {
            return user + '/' + part;
        }
    }

    protected static final UserKey ANN = new UserKey("ann", "profile");
    protected static final UserKey ANN_PLAN = new UserKey("ann", "plan");
    protected static final UserKey BOB = new UserKey("bob", "profile");

    protected final SourceTable source = new SourceTable();
    protected final ExecutorService readers = Executors.newCachedThreadPool();
    private final List<Memory> opened = new ArrayList<>();
    protected Memory memory;

    /** A memory that shares nothing with those of other tests. Memories of one test share what they share. */
    protected abstract Memory open(MemorySettings settings) throws Exception;

    /** Whether {@link #pass} can move the time of the memory under test. */
    protected abstract boolean timeCanBeMoved();

    /** Lets time pass for all that the memory under test stands on. */
    protected abstract void pass(Duration time);

    /** Whether there is a level beyond this process. */
    protected abstract boolean hasFarLevel();

    @BeforeEach
    protected final void openMemory() throws Exception {
        memory = another(MemorySettings.defaults());
    }

    /** One more memory of this test, closed with it. */
    protected final Memory another(MemorySettings settings) throws Exception {
        Memory made = open(settings);
        opened.add(made);
        return made;
    }

    @AfterEach
    protected final void closeMemories() {
        readers.shutdownNow();
        opened.forEach(Memory::close);
    }

    /** A cache of users' texts without jitter, so that its times are exact; its far timeout never gets in the way. */
    protected final CacheBuilder<UserKey, String> users(String name) {
        return users(memory, name);
    }

    protected final CacheBuilder<UserKey, String> users(Memory in, String name) {
        return in.cache(name, UserKey.class, String.class)
                .owner(UserKey::tenant)
                .ttl(ofSeconds(60))
                .farTimeout(ofSeconds(20))
                .jitter(0)
                .loader(source::load);
    }

    protected final <T> CompletableFuture<T> inBackground(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, readers);
    }

    protected static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(GUARD_SECONDS, TimeUnit.SECONDS);
    }

    protected static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GUARD_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("nanoseconds past the guard").isNegative();
            LockSupport.parkNanos(100_000);
        }
    }

    /** A loader that says when it was entered and goes on when told to. */
    protected static final class Halt {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        public void here() throws InterruptedException {
            entered.countDown();
            if (!released.await(GUARD_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let the halted loader go on");
            }
        }

        public void awaitEntered() throws InterruptedException {
            assertThat(entered.await(GUARD_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        public void release() {
            released.countDown();
        }
    }
}
