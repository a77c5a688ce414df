package dev.mneme.memory.redis;

import static dev.mneme.memory.redis.Script.ascii;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mneme.KeyPath;
import dev.mneme.MnemeException;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.TypeRef;
import dev.mneme.memory.cache.ValueCodec;
import dev.mneme.memory.coordination.Session;
import dev.mneme.memory.coordination.SessionPage;
import dev.mneme.memory.coordination.SessionState;
import dev.mneme.memory.coordination.SessionSummary;
import dev.mneme.memory.coordination.spi.SessionLimits;
import dev.mneme.memory.coordination.spi.SessionStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of one registry in Redis, all in one slot: that is what makes their number exact.
 *
 * <pre>
 * mneme:{ns:sessions:name}:born     the registry's epoch
 * mneme:{ns:sessions:name}:live     names of live sessions
 * mneme:{ns:sessions:name}:due      the same by when they end
 * mneme:{ns:sessions:name}:kept     names of ended ones
 * mneme:{ns:sessions:name}:past     the same by when they are forgotten
 * mneme:{ns:sessions:name}:untold   ends that no listener took yet
 * mneme:{ns:sessions:name}:s:tenant:session   one session
 * </pre>
 */
final class RedisSessionStore implements SessionStore {

    private final Redis redis;
    private final SessionLimits limits;
    private final ValueCodec<Map<String, String>> codec;
    private final String[] keys;
    private final String prefix;

    RedisSessionStore(Redis redis, String namespace, String name, SessionLimits limits, JacksonCodecs codecs) {
        this.redis = redis;
        this.limits = limits;
        this.codec = codecs.codec(new TypeRef<Map<String, String>>() {}.type());
        String slot = "mneme:{" + KeyPath.join(namespace, "sessions", name) + "}:";
        this.keys = Stream.of("born", "live", "due", "kept", "past", "untold")
                .map(slot::concat)
                .toArray(String[]::new);
        this.prefix = slot + "s:";
    }

    @Override
    public Reply open(SessionKey key, Map<String, String> data) {
        return reply(key, "open", ascii(Integer.toString(limits.max())), encoded(data));
    }

    @Override
    public Reply touch(SessionKey key, int turns) {
        return reply(key, "touch", number(turns));
    }

    @Override
    public Reply pause(SessionKey key) {
        return reply(key, "pause");
    }

    @Override
    public Reply end(SessionKey key) {
        return reply(key, "end");
    }

    @Override
    public Reply find(SessionKey key) {
        return reply(key, "find");
    }

    @Override
    public Reply update(SessionKey key, long version, Map<String, String> data, long fence) {
        return reply(key, "update", number(version), encoded(data), number(fence));
    }

    @Override
    public Reply begin(SessionKey key, String owner, Duration lease) {
        return reply(key, "begin", ascii(owner), number(lease.toMillis()));
    }

    @Override
    public boolean renew(SessionKey key, String owner, Duration lease) {
        return number(key.key(), "renew", ascii(owner), number(lease.toMillis())) == 1;
    }

    @Override
    public void finish(SessionKey key, String owner) {
        number(key.key(), "finish", ascii(owner));
    }

    @Override
    public Reply restore(Returning returning) {
        Session known = returning.known();
        return reply(
                known.key(),
                "restore",
                ascii(returning.epoch()),
                number(returning.age().toMillis()),
                number(known.turns() - returning.turns()),
                number(returning.turns()),
                ascii(letter(returning.state())),
                encoded(known.data()));
    }

    @Override
    public SessionPage page(SessionPage.Request request) {
        List<Object> answer = rows(
                "",
                "page",
                ascii(request.tenant().map(Tenant::key).orElse("")),
                ascii(request.after()),
                number(request.limit()));
        var sessions = new ArrayList<Session>();
        for (Object each : answer.subList(1, answer.size())) {
            List<?> named = (List<?>) each;
            Session session = session(key(text(named.get(0))), (List<?>) named.get(1));
            if (session != null) {
                sessions.add(session);
            }
        }
        String last = text(answer.get(0));
        return new SessionPage(
                sessions,
                last.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new SessionPage.Request(request.tenant(), request.limit(), last)));
    }

    @Override
    public long count() {
        return number("", "count");
    }

    @Override
    public List<SessionSummary> overdue(int limit) {
        List<Object> ends = rows("", "overdue", number(limit));
        return ends.stream().map(end -> summary(text(end))).toList();
    }

    @Override
    public void told(List<SessionSummary> ends) {
        byte[][] members = ends.stream().map(end -> ascii(member(end))).toArray(byte[][]::new);
        number("", "told", members);
    }

    @Override
    public long erase(Tenant tenant) {
        return number("", "erase", ascii(tenant.key()));
    }

    private Reply reply(SessionKey key, String what, byte[]... arguments) {
        List<Object> answer = rows(key.key(), what, arguments);
        return new Reply(
                Outcome.valueOf(text(answer.get(0))),
                text(answer.get(1)),
                session(key, (List<?>) answer.get(3)),
                Long.parseLong(text(answer.get(2))));
    }

    private List<Object> rows(String session, String what, byte[]... arguments) {
        byte[][] all = arguments(session, what, arguments);
        String[] named = keys(session);
        return Answers.await(redis, redis.timeout(), commands -> Script.SESSIONS.run(commands, named, all));
    }

    private long number(String session, String what, byte[]... arguments) {
        byte[][] all = arguments(session, what, arguments);
        String[] named = keys(session);
        return Answers.<Long>await(
                redis, redis.timeout(), commands -> Script.SESSION_NUMBERS.run(commands, named, all));
    }

    private String[] keys(String session) {
        String[] named = Arrays.copyOf(keys, keys.length + 1);
        named[keys.length] = prefix + session;
        return named;
    }

    private byte[][] arguments(String session, String what, byte[]... more) {
        byte[][] all = new byte[6 + more.length][];
        all[0] = ascii(what);
        all[1] = ascii(prefix);
        all[2] = ascii(Tokens.next());
        all[3] = number(limits.ttl().toMillis());
        all[4] = number(limits.inactivity().toMillis());
        all[5] = ascii(session);
        System.arraycopy(more, 0, all, 6, more.length);
        return all;
    }

    private @Nullable Session session(SessionKey key, List<?> row) {
        if (row.isEmpty() || row.get(0) == null) {
            return null;
        }
        Instant lastActive = Instant.ofEpochMilli(Long.parseLong(text(row.get(3))));
        return new Session(
                key,
                state(text(row.get(0))),
                Long.parseLong(text(row.get(1))),
                Instant.ofEpochMilli(Long.parseLong(text(row.get(2)))),
                lastActive,
                Long.parseLong(text(row.get(4))),
                decoded((byte[]) row.get(5)),
                row.get(6) == null ? lastActive : Instant.ofEpochMilli(Long.parseLong(text(row.get(6)))),
                false);
    }

    private byte[] encoded(Map<String, String> data) {
        try {
            return codec.encode(data);
        } catch (Exception e) {
            // without the cause, which may repeat the data
            throw new MnemeException("a session's data cannot be written");
        }
    }

    private Map<String, String> decoded(byte[] data) {
        try {
            return codec.decode(data);
        } catch (Exception e) {
            throw new MnemeException("a session's data in Redis cannot be read; close or erase the session");
        }
    }

    /** As the script writes them: name, state, version, opened, ended, turns. */
    private static SessionSummary summary(String member) {
        String[] parts = member.split(" ", -1);
        Instant opened = Instant.ofEpochMilli(Long.parseLong(parts[3]));
        Instant ended = Instant.ofEpochMilli(Long.parseLong(parts[4]));
        return new SessionSummary(
                key(parts[0]),
                state(parts[1]),
                Long.parseLong(parts[2]),
                Duration.between(opened, ended),
                Long.parseLong(parts[5]),
                opened,
                ended);
    }

    private static String member(SessionSummary end) {
        return String.join(
                " ",
                end.key().key(),
                letter(end.completion()),
                Long.toString(end.version()),
                Long.toString(end.openedAt().toEpochMilli()),
                Long.toString(end.endedAt().toEpochMilli()),
                Long.toString(end.turns()));
    }

    private static String letter(SessionState state) {
        return switch (state) {
            case ACTIVE -> "A";
            case PAUSED -> "P";
            case COMPLETED -> "C";
            case TIMED_OUT -> "T";
            case ABANDONED -> "B";
        };
    }

    private static SessionState state(String letter) {
        return switch (letter) {
            case "A" -> SessionState.ACTIVE;
            case "P" -> SessionState.PAUSED;
            case "C" -> SessionState.COMPLETED;
            case "T" -> SessionState.TIMED_OUT;
            case "B" -> SessionState.ABANDONED;
            default -> throw new MnemeException("a session in Redis has a state that this version does not know");
        };
    }

    private static SessionKey key(String name) {
        List<String> parts = KeyPath.split(name);
        return SessionKey.of(parts.get(0), parts.get(1));
    }

    private static byte[] number(long number) {
        return ascii(Long.toString(number));
    }

    private static String text(@Nullable Object ascii) {
        return ascii == null ? "" : new String((byte[]) ascii, ISO_8859_1);
    }
}
