package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.SessionKey;
import dev.mneme.memory.history.Turn;
import dev.mneme.memory.history.spi.HistorySpec;
import dev.mneme.memory.history.spi.TurnStore;
import dev.mneme.memory.redis.RedisGate.Urgency;
import java.util.ArrayList;
import java.util.List;

/** One history in Redis. */
final class RedisTurnStore implements TurnStore {

    private static final byte[] NOTHING = {};

    private final RedisTurnStores stores;
    private final HistorySpec spec;

    RedisTurnStore(RedisTurnStores stores, HistorySpec spec) {
        this.stores = stores;
        this.spec = spec;
    }

    /** The keys of a conversation, in the order that all scripts have them. */
    private String[] keys(SessionKey key) {
        HistoryKeys keys = stores.keys(key.tenant());
        String member = member(key);
        return new String[] {
            keys.turns(member), keys.ids(member), keys.state(member), keys.conversations(), keys.erasure()
        };
    }

    private String member(SessionKey key) {
        return HistoryKeys.member(spec.name(), key);
    }

    private List<byte[]> limits(SessionKey key) {
        var limits = new ArrayList<byte[]>();
        limits.add(RedisTurnStores.number(spec.maxTurns()));
        limits.add(RedisTurnStores.number(spec.rememberedIds()));
        limits.add(ttl());
        limits.add(Script.ascii(member(key)));
        return limits;
    }

    private byte[] ttl() {
        return RedisTurnStores.number(spec.ttl().toMillis());
    }

    @Override
    public List<Outcome> append(SessionKey key, List<Sent> turns) {
        List<byte[]> arguments = limits(key);
        for (Sent sent : turns) {
            arguments.add(sent.turn().id().getBytes(UTF_8));
            arguments.add(stores.encode(sent.turn()));
            arguments.add(
                    sent.ago().isZero()
                            ? NOTHING
                            : RedisTurnStores.number(sent.ago().toMillis()));
            arguments.add(Script.ascii(sent.after()));
        }
        List<Long> answer = stores.ask(
                Urgency.PATIENT,
                spec.timeout(),
                commands -> Script.HISTORY_APPEND.run(commands, keys(key), arguments.toArray(new byte[0][])));
        return answer.stream().map(RedisTurnStore::outcome).toList();
    }

    private static Outcome outcome(long number) {
        if (number < 0) {
            return Outcome.FORGOTTEN;
        }
        return number == 0 ? Outcome.KNOWN : Outcome.ADDED;
    }

    @Override
    public Held recent(SessionKey key, int newest) {
        String[] all = keys(key);
        String[] some = {all[0], all[2], all[3]};
        byte[] fence = spec.loads() ? Script.ascii(Tokens.next()) : NOTHING;
        List<byte[]> answer = stores.ask(
                Urgency.IMPATIENT,
                spec.timeout(),
                commands -> Script.HISTORY_RECENT.run(
                        commands, some, RedisTurnStores.number(newest), fence, ttl(), Script.ascii(member(key))));
        return held(answer);
    }

    @Override
    public Held writeBack(SessionKey key, String fence, List<Turn> turns) {
        List<byte[]> arguments = limits(key);
        arguments.add(Script.ascii(fence));
        for (Turn turn : turns) {
            arguments.add(turn.id().getBytes(UTF_8));
            arguments.add(stores.encode(turn));
        }
        List<byte[]> answer = stores.ask(
                Urgency.PATIENT,
                spec.timeout(),
                commands -> Script.HISTORY_WRITE_BACK.run(commands, keys(key), arguments.toArray(new byte[0][])));
        return held(answer);
    }

    private Held held(List<byte[]> answer) {
        List<Turn> turns =
                answer.subList(2, answer.size()).stream().map(stores::decode).toList();
        return new Held(turns, answer.get(0).length > 0, new String(answer.get(1), US_ASCII));
    }

    @Override
    public Deleted clear(SessionKey key, Clearing clearing) {
        List<Object> answer = stores.ask(
                Urgency.PATIENT,
                spec.timeout(),
                commands -> Script.HISTORY_CLEAR.run(
                        commands,
                        keys(key),
                        RedisTurnStores.number(clearing.ago().toMillis()),
                        Script.ascii(clearing.name()),
                        ttl(),
                        Script.ascii(member(key)),
                        clearing.forAll() ? Script.ascii("1") : NOTHING));
        return new Deleted(turns(answer), text(answer.get(1)), text(answer.get(2)));
    }

    static long turns(List<Object> answer) {
        return Long.parseLong(text(answer.get(0)));
    }

    private static String text(Object answer) {
        return new String((byte[]) answer, US_ASCII);
    }
}
