package dev.mneme.benchmarks.history;

import static dev.mneme.Privacy.STORED;
import static dev.mneme.memory.history.TurnBudget.messages;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.store.memory.chat.InMemoryChatMemoryStore;
import dev.mneme.SessionKey;
import dev.mneme.memory.LocalMemory;
import dev.mneme.memory.Memory;
import dev.mneme.memory.history.ConversationHistory;
import dev.mneme.memory.history.Turn;
import dev.mneme.memory.redis.Redis;
import dev.mneme.memory.redis.RedisMemory;
import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.springframework.ai.chat.memory.InMemoryChatMemoryRepository;
import tools.jackson.databind.json.JsonMapper;

/**
 * How long an append and a read of twenty turns take at a thousand a second, and how many of 20,000 appends survive when
 * sixteen threads on two nodes make them at once, fifty to each of 400 conversations.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" dev.mneme.benchmarks.history.HistoryRun \
 *     benchmarks/results/history.json
 * </pre>
 *
 * <p>Redis stands on the same machine. Times count from when a call was due, so that a call that waits behind a slow one is
 * as late as its caller would find it; the first of two rounds does not count. The chat memories of LangChain4j and Spring
 * AI stand over their own stores in this process, shared by two memories as by two nodes: what is lost there is lost between
 * reading a list and writing it back, not on a wire.
 */
final class HistoryRun {

    private static final int CONVERSATIONS = 400;
    private static final int EACH = 50;
    private static final int THREADS = 16;
    private static final int PACERS = 4;
    private static final int PER_SECOND = 1_000;
    private static final int SECONDS = 10;
    private static final String TEXT =
            "What did we say about the plan for next week, and who was to call whom? ".repeat(2);

    private HistoryRun() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        var rows = new LinkedHashMap<String, Object>();
        rows.put("jdk", Runtime.version().toString());
        rows.put("processors", Runtime.getRuntime().availableProcessors());
        try (RedisServer server = RedisServer.start();
                Redis redis = Redis.builder(server.uri())
                        .patience(Duration.ofSeconds(2))
                        .build();
                Redis other = Redis.builder(server.uri())
                        .patience(Duration.ofSeconds(2))
                        .build();
                Memory a = RedisMemory.on(redis);
                Memory b = RedisMemory.on(other);
                Memory local = LocalMemory.create()) {
            while (!redis.isReachable() || !other.isReachable()) {
                LockSupport.parkNanos(1_000_000);
            }
            ConversationHistory onA = a.history("recent").build();
            ConversationHistory onB = b.history("recent").build();
            rows.put(
                    "microsAtAThousandASecond",
                    Map.of(
                            "redis",
                            paced(onA),
                            "oneProcess",
                            paced(local.history("paced").build())));
            var survivors = new LinkedHashMap<String, Object>();
            survivors.put("appends", CONVERSATIONS * EACH);
            survivors.put("mnemeOnRedis", ours(onA, onB));
            ConversationHistory one = local.history("recent").build();
            survivors.put("mnemeInOneProcess", ours(one, one));
            survivors.put("langChain4j", langChain());
            survivors.put("springAi", springAi());
            rows.put("survivors", survivors);
        }
        String json =
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(rows) + "\n";
        System.out.print(json);
        if (args.length > 0) {
            Files.writeString(Path.of(args[0]), json);
        }
    }

    // ---- times

    private static Map<String, Object> paced(ConversationHistory history) throws InterruptedException {
        IntConsumer append = i -> history.append(paced(i), STORED, Turn.user("paced-" + i, TEXT));
        IntConsumer recent = i -> history.recent(paced(i), STORED, messages(20));
        var row = new LinkedHashMap<String, Object>();
        pace(append, 0);
        row.put("append", percentiles(pace(append, 1)));
        pace(recent, 0);
        row.put("recent20", percentiles(pace(recent, 1)));
        return row;
    }

    private static SessionKey paced(int call) {
        return SessionKey.of("user-" + call % CONVERSATIONS, "paced");
    }

    /** Calls at even times, each of the pacers every so often, and how long after its time each had ended. */
    private static long[] pace(IntConsumer call, int round) throws InterruptedException {
        int calls = PER_SECOND * SECONDS;
        long[] nanos = new long[calls];
        long begin = System.nanoTime() + 10_000_000;
        var threads = new ArrayList<Thread>();
        for (int p = 0; p < PACERS; p++) {
            int first = p;
            threads.add(new Thread(() -> {
                for (int i = first; i < calls; i += PACERS) {
                    long due = begin + i * (1_000_000_000L / PER_SECOND);
                    while (due - System.nanoTime() > 0) {
                        LockSupport.parkNanos(due - System.nanoTime());
                    }
                    call.accept(round * calls + i);
                    nanos[i] = System.nanoTime() - due;
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return nanos;
    }

    private static Map<String, Double> percentiles(long[] nanos) {
        Arrays.sort(nanos);
        var row = new LinkedHashMap<String, Double>();
        for (double share : new double[] {0.5, 0.95, 0.99}) {
            row.put("p" + Math.round(share * 100), Math.round(nanos[(int) (share * nanos.length)] / 100.0) / 10.0);
        }
        return row;
    }

    // ---- what survives

    private static long ours(ConversationHistory a, ConversationHistory b) throws InterruptedException {
        return survivors(
                (node, i) -> (node == 0 ? a : b).append(conversation(i / EACH), STORED, Turn.user("m" + i, TEXT)),
                c -> b.recent(conversation(c), STORED).stream()
                        .map(Turn::id)
                        .distinct()
                        .count());
    }

    private static SessionKey conversation(int number) {
        return SessionKey.of("user-" + number, "chat");
    }

    private static long langChain() throws InterruptedException {
        var store = new InMemoryChatMemoryStore();
        List<List<dev.langchain4j.memory.ChatMemory>> nodes = IntStream.range(0, 2)
                .mapToObj(node -> IntStream.range(0, CONVERSATIONS)
                        .<dev.langchain4j.memory.ChatMemory>mapToObj(
                                c -> dev.langchain4j.memory.chat.MessageWindowChatMemory.builder()
                                        .id(c)
                                        .maxMessages(EACH)
                                        .chatMemoryStore(store)
                                        .build())
                        .toList())
                .toList();
        return survivors(
                (node, i) -> nodes.get(node).get(i / EACH).add(UserMessage.from("m" + i)),
                c -> store.getMessages(c).stream().distinct().count());
    }

    private static long springAi() throws InterruptedException {
        var repository = new InMemoryChatMemoryRepository();
        List<org.springframework.ai.chat.memory.ChatMemory> nodes = IntStream.range(0, 2)
                .<org.springframework.ai.chat.memory.ChatMemory>mapToObj(
                        node -> org.springframework.ai.chat.memory.MessageWindowChatMemory.builder()
                                .chatMemoryRepository(repository)
                                .maxMessages(EACH)
                                .build())
                .toList();
        return survivors(
                (node, i) -> nodes.get(node)
                        .add("c" + i / EACH, List.of(new org.springframework.ai.chat.messages.UserMessage("m" + i))),
                c -> repository.findByConversationId("c" + c).stream()
                        .map(org.springframework.ai.chat.messages.Message::getText)
                        .distinct()
                        .count());
    }

    private interface Append {
        void append(int node, int number);
    }

    /** All threads take the next number, so that those that are near each other, of one conversation, come at once. */
    private static long survivors(Append append, IntToLongFunction count) throws InterruptedException {
        var next = new AtomicInteger();
        var threads = new ArrayList<Thread>();
        for (int t = 0; t < THREADS; t++) {
            int node = t % 2;
            threads.add(new Thread(() -> {
                for (int i = next.getAndIncrement(); i < CONVERSATIONS * EACH; i = next.getAndIncrement()) {
                    try {
                        append.append(node, i);
                    } catch (RuntimeException e) {
                        // it is missing in the count
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return IntStream.range(0, CONVERSATIONS).mapToLong(count).sum();
    }
}
