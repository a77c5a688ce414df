package dev.mneme.memory.history;

import static dev.mneme.Privacy.STORED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.SessionKey;
import dev.mneme.memory.Memory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A history under test, a store of record, and what the cases have in common. */
@Timeout(120)
public abstract class HistoryFixture {

    /** How long a case waits for what must happen before it calls it hung. */
    protected static final int GUARD_SECONDS = 60;

    protected static final SessionKey ANN = SessionKey.of("ann", "chat");
    protected static final SessionKey ANN_OTHER = SessionKey.of("ann", "other");
    protected static final SessionKey BOB = SessionKey.of("bob", "chat");

    private final List<Memory> opened = new ArrayList<>();
    protected Memory memory;
    protected final Map<SessionKey, List<Turn>> database = new ConcurrentHashMap<>();
    protected final AtomicInteger loads = new AtomicInteger();

    /** A memory that shares nothing with those of other tests. Memories of one test share what they share. */
    protected abstract Memory open() throws Exception;

    /** Whether memories of one test share anything. */
    protected abstract boolean nodesShare();

    /** Lets as much time pass for the memory under test. */
    protected abstract void pass(Duration time) throws Exception;

    @BeforeEach
    protected final void openMemory() throws Exception {
        memory = another();
    }

    /** One more memory of this test, closed with it. */
    protected final Memory another() throws Exception {
        Memory made = open();
        opened.add(made);
        return made;
    }

    @AfterEach
    protected final void closeMemories() {
        opened.forEach(Memory::close);
    }

    /** A history that is patient with a busy machine. */
    protected static HistoryBuilder patient(Memory of) {
        return of.history("recent").timeout(Duration.ofSeconds(10));
    }

    protected final ConversationHistory plain() {
        return patient(memory).build();
    }

    protected final ConversationHistory loading() {
        return loading(memory);
    }

    protected final ConversationHistory loading(Memory of) {
        return patient(of).maxTurns(10).loader(this::load).build();
    }

    private List<Turn> load(SessionKey key, int maxTurns) {
        loads.incrementAndGet();
        return database.getOrDefault(key, List.of());
    }

    protected static Turn turn(String id) {
        return Turn.user(id, "text of " + id);
    }

    protected static List<Turn> turns(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> turn("m" + i)).toList();
    }

    protected static void append(ConversationHistory history, SessionKey key, String... ids) {
        for (String id : ids) {
            assertThat(history.append(key, STORED, turn(id))).isEqualTo(Appended.STORED);
        }
    }

    protected static List<String> ids(List<Turn> turns) {
        return turns.stream().map(Turn::id).toList();
    }

    protected static void until(BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(GUARD_SECONDS);
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime() - end)
                    .as("ns beyond the " + GUARD_SECONDS + " s that are waited")
                    .isNegative();
            LockSupport.parkNanos(2_000_000);
        }
    }
}
