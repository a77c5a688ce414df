package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.mneme.Tenant;
import dev.mneme.memory.cache.ValueCodec;
import dev.mneme.memory.history.Turn;
import dev.mneme.memory.history.spi.HistorySpec;
import dev.mneme.memory.history.spi.TurnStore;
import dev.mneme.memory.history.spi.TurnStoreException;
import dev.mneme.memory.history.spi.TurnStores;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The histories of a namespace in Redis: each call of a conversation is one script. */
final class RedisTurnStores implements TurnStores {

    /** As long as a turn may wait on some node, and a minute. */
    private static final Duration ERASURE_NOTED_FOR = Duration.ofDays(1).plusMinutes(1);

    private static final int MAX_LOOKS = 10;
    private static final int ERASED_TOGETHER = 100;

    private final Redis redis;
    private final String namespace;
    private final ValueCodec<Turn> codec;

    RedisTurnStores(Redis redis, String namespace, JacksonCodecs codecs) {
        this.redis = redis;
        this.namespace = namespace;
        this.codec = codecs.codec(Turn.class);
    }

    @Override
    public TurnStore open(HistorySpec spec) {
        return new RedisTurnStore(this, spec);
    }

    HistoryKeys keys(Tenant tenant) {
        return new HistoryKeys(namespace, tenant);
    }

    /** Makes a call, and waits for its answer on the calling thread. */
    <T> T ask(
            RedisGate.Urgency urgency,
            Duration timeout,
            Function<RedisClusterAsyncCommands<String, byte[]>, CompletionStage<T>> call) {
        return answer(redis.gate().call(urgency, call), timeout);
    }

    private static <T> T answer(CompletionStage<T> asked, Duration timeout) {
        try {
            return asked.toCompletableFuture().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TurnStoreException("interrupted while waiting for Redis");
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = Trouble.cause(e);
            // without the cause: its message may hold keys
            throw new TurnStoreException(
                    cause instanceof RedisGate.Refused ? String.valueOf(cause.getMessage()) : Trouble.line(cause));
        }
    }

    byte[] encode(Turn turn) {
        try {
            return codec.encode(turn);
        } catch (Exception e) {
            throw new IllegalStateException("a turn can always be written", e);
        }
    }

    /** A turn as the scripts keep it: 15 digits of when it was added, 4 of the length of its id, the id, the turn. */
    Turn decode(byte[] frame) {
        try {
            int length = Integer.parseInt(new String(frame, 15, 4, US_ASCII));
            int from = 19 + length;
            byte[] written = new byte[frame.length - from];
            System.arraycopy(frame, from, written, 0, written.length);
            return codec.decode(written);
        } catch (Exception e) {
            throw new TurnStoreException("a turn in Redis cannot be read: was it written by another release?");
        }
    }

    static byte[] number(long number) {
        return Script.ascii(Long.toString(number));
    }

    @Override
    public long erase(Tenant tenant) {
        HistoryKeys keys = keys(tenant);
        String[] noted = {keys.conversations(), keys.erasure()};
        long turns = 0;
        for (int look = 0; look < MAX_LOOKS; look++) {
            List<byte[]> members = ask(
                    RedisGate.Urgency.PATIENT,
                    patience(),
                    commands -> Script.HISTORY_ERASE.run(
                            commands, noted, Script.ascii(Tokens.next()), number(ERASURE_NOTED_FOR.toMillis())));
            if (members.isEmpty()) {
                return turns;
            }
            for (int from = 0; from < members.size(); from += ERASED_TOGETHER) {
                turns += erase(keys, members.subList(from, Math.min(members.size(), from + ERASED_TOGETHER)));
            }
        }
        throw new TurnStoreException("the tenant's turns came back while they were erased: erase again");
    }

    private long erase(HistoryKeys keys, List<byte[]> members) {
        var cleared = new ArrayList<CompletionStage<List<Object>>>();
        for (byte[] name : members) {
            String member = new String(name, US_ASCII);
            String[] all = {
                keys.turns(member), keys.ids(member), keys.state(member), keys.conversations(), keys.erasure()
            };
            cleared.add(redis.gate().call(RedisGate.Urgency.PATIENT, commands -> {
                CompletionStage<List<Object>> done = Script.HISTORY_CLEAR.run(
                        commands, all, number(0), Script.ascii(Tokens.next()), number(60_000), name, new byte[0]);
                return done.thenCombine(commands.del(all[2]), (answer, deleted) -> answer);
            }));
        }
        long turns = 0;
        for (CompletionStage<List<Object>> one : cleared) {
            turns += RedisTurnStore.turns(answer(one, patience()));
        }
        return turns;
    }

    private Duration patience() {
        return redis.timeout().plusSeconds(1);
    }
}
