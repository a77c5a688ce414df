package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;
import static dev.mneme.memory.redis.stream.StreamEntry.text;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.events.stream.StreamUnreachableException;
import dev.mneme.memory.redis.internal.RedisCalls;
import dev.mneme.memory.redis.stream.StreamCalls.Unanswered;
import io.lettuce.core.KeyScanCursor;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** What a replay buffer asks Redis for. */
final class ReplayCalls {

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * What is kept of a session.
     *
     * @param aheadMillis by how much later than the server's clock it is
     */
    record Window(Duration ttl, int maxEvents, long maxBytes, LongSupplier aheadMillis) {}

    /** After which event a session is looked at. */
    record After(String incarnation, long number) {

        static final After NOTHING = new After("", 0);
        static final After ALL = new After("*", 0);

        static After of(ReplayStart start) {
            if (start.isNow()) {
                return ALL;
            }
            return ReplayId.parse(start.lastEventId())
                    .map(id -> new After(id.incarnation(), id.number()))
                    .orElse(NOTHING);
        }
    }

    private final RedisCalls calls;
    private final String buffer;
    private final ReplayKeys keys;
    private final Window window;

    ReplayCalls(RedisCalls calls, String buffer, ReplayKeys keys, Window window) {
        this.calls = calls;
        this.buffer = buffer;
        this.keys = keys;
        this.window = window;
    }

    /** What a session is called on the channel that tells of new events; all of a tenant begin with its key. */
    static String path(SessionKey session) {
        return session.key();
    }

    ReplayId append(SessionKey session, EncodedEvent event) {
        List<byte[]> arguments = common();
        arguments.add(bytes(keys.bell()));
        arguments.add(bytes(ReplayBell.appended(path(session))));
        arguments.add(StreamEntry.bytes(event.id()));
        arguments.add(bytes(event.type()));
        arguments.add(StreamEntry.key(event));
        arguments.add(bytes(Ranks.of(event.priority())));
        arguments.add(event.bytes());
        List<?> answer = told(this.<List<?>>run(StreamScript.REPLAY_APPEND, keys.of(session), arguments));
        return new ReplayId(text(answer.get(0)), (Long) answer.get(1));
    }

    ReplayWindow look(SessionKey session, After after) {
        return ReplayWindow.of(session.tenant(), told(lookLater(session, after)));
    }

    /** The same, not waited for; for {@link ReplayWindow#of}. */
    CompletionStage<List<?>> lookLater(SessionKey session, After after) {
        List<byte[]> arguments = common();
        arguments.add(bytes(after.incarnation()));
        arguments.add(bytes(after.number()));
        return run(StreamScript.REPLAY_LOOK, keys.of(session), arguments);
    }

    /** Forgets a tenant's sessions and tells all nodes; how many events they held. */
    long erase(Tenant tenant) {
        long events = 0;
        KeyScanCursor<String> cursor = null;
        while (cursor == null || !cursor.isFinished()) {
            cursor = told(calls.scan(cursor, keys.headsOf(tenant)));
            List<CompletionStage<Long>> erasing = cursor.getKeys().stream()
                    .map(head -> this.<Long>run(StreamScript.REPLAY_ERASE, ReplayKeys.ofHead(head), List.of()))
                    .toList();
            for (CompletionStage<Long> erased : erasing) {
                events += told(erased);
            }
        }
        List<byte[]> message = List.of(bytes(keys.bell()), bytes(ReplayBell.erased(tenant)));
        told(this.<Long>run(StreamScript.TELL, new String[] {keys.bell()}, message));
        return events;
    }

    private List<byte[]> common() {
        return new ArrayList<>(List.<byte[]>of(
                bytes(Long.toUnsignedString(RANDOM.nextLong(), Character.MAX_RADIX)),
                bytes(window.aheadMillis().getAsLong()),
                bytes(window.ttl().toMillis()),
                bytes(window.maxEvents()),
                bytes(window.maxBytes())));
    }

    private <T> CompletionStage<T> run(StreamScript script, String[] on, List<byte[]> arguments) {
        return calls.run(script.lua(), on, arguments.toArray(new byte[0][]));
    }

    private <T> T told(CompletionStage<T> asked) throws StreamUnreachableException {
        try {
            return StreamCalls.await(calls, asked);
        } catch (Unanswered e) {
            throw StreamCalls.told(buffer, e);
        }
    }
}
