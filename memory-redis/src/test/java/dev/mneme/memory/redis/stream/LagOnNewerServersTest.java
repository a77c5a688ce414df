package dev.mneme.memory.redis.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.servers.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The lag that Redis 7 tells, of which 6.2 knows nothing: the script that reads it is run with an answer to {@code XINFO
 * GROUPS} in the form that 7 gives, in place of this server's own.
 */
class LagOnNewerServersTest {

    private static final int LAG = 3;

    private RedisServer server;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        server.command("XADD", "p3", "1-1", "i", "x");
        server.command("XADD", "p3", "1-2", "i", "x");
        server.command("XGROUP", "CREATE", "p3", "g", "0");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theLagOfAGroupIsReadWhereTheServerTellsIt() throws IOException {
        assertThat(lag("'entries-read', 5, 'lag', 2")).isEqualTo(2);
    }

    @Test
    void itIsUnknownWhereTheServerCannotTellIt() throws IOException {
        // a lag of nil, as after an entry in the midst was deleted
        assertThat(lag("'entries-read', false, 'lag', false")).isEqualTo(-1);
        assertThat(lag("")).isEqualTo(-1);
    }

    private long lag(String more) throws IOException {
        String groups = "{{'name', 'g', 'consumers', 1, 'pending', 0, 'last-delivered-id', '0-0'"
                + (more.isEmpty() ? "" : ", " + more) + "}}";
        String script = "local server = redis\n"
                + "local redis = {call = function(...)\n"
                + "  local command, what, key = ...\n"
                + "  if command == 'XINFO' and what == 'GROUPS' and key == 'p3' then return " + groups + " end\n"
                + "  return server.call(...)\n"
                + "end}\n"
                + text("finished.lua") + text("monitor.lua");
        List<?> answer = (List<?>) server.command("EVAL", script, "4", "p1", "p2", "p3", "p4", "1000");
        List<?> group = (List<?>) ((List<?>) answer.get(2)).get(0);
        return (Long) group.get(LAG);
    }

    private static String text(String file) throws IOException {
        try (InputStream in = StreamScript.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
