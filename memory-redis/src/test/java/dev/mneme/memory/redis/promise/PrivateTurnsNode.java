package dev.mneme.memory.redis.promise;

import static dev.mneme.Privacy.NONE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofSeconds;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.mneme.SessionKey;
import dev.mneme.memory.history.ConversationHistory;
import dev.mneme.memory.history.Turn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * A node in a process of its own that has private turns of one strange word, logs all it can, and writes its heap to a
 * file while it holds them and again when they are past their time. The word stands nowhere in this class.
 */
final class PrivateTurnsNode {

    static final String LISTENING = "the canary's log is heard";
    private static final String BACKWARDS = "gnagrebsseikgisieZ";

    private PrivateTurnsNode() {}

    static String canary() {
        return new StringBuilder(BACKWARDS).reverse().toString();
    }

    /** @param args the server, and the two files */
    public static void main(String[] args) throws Exception {
        System.setProperty("org.slf4j.simpleLogger.logFile", "System.err");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
        System.setProperty("org.slf4j.simpleLogger.log.dev.mneme", "trace");
        System.setProperty("org.slf4j.simpleLogger.log.io.lettuce", "debug");
        LoggerFactory.getLogger(PrivateTurnsNode.class).trace(LISTENING);
        var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (HostNode node = new HostNode(args[0])) {
            HostNode.until("connected", node.redis::isReachable);
            ConversationHistory history = node.memory
                    .history("recent")
                    .ttl(ofSeconds(3))
                    .loader((key, most) -> List.of(Turn.assistant("loaded", canary() + " loaded")))
                    .build();
            use(history);
            System.out.println("used");
            in.readLine();
            use(history);
            dumpHeap(args[1]);
            System.out.println("away");
            in.readLine();
            HostNode.until("past their time", () -> history.stats().conversationsHere() == 0);
            HostNode.until("nothing waits", () -> history.stats().pending() == 0);
            dumpHeap(args[2]);
            System.out.println("expired");
        }
    }

    private static void use(ConversationHistory history) {
        SessionKey key = SessionKey.of("ann", "chat");
        for (int i = 0; i < 5; i++) {
            history.append(key, NONE, Turn.user("m" + i, canary() + i));
        }
        if (history.recent(key, NONE).size() != 6) {
            throw new IllegalStateException("six turns were expected");
        }
        history.writeBack(key, NONE, List.of(Turn.user("m9", canary())));
    }

    private static void dumpHeap(String file) throws IOException {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(file, true);
    }
}
