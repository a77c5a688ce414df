package dev.mneme.memory.redis;

import static dev.mneme.memory.redis.Script.ascii;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.mneme.ErasureReceipt;
import dev.mneme.KeyPath;
import dev.mneme.MnemeException;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.memory.coordination.ApprovalAdmission;
import dev.mneme.memory.coordination.ApprovalDecision;
import dev.mneme.memory.coordination.ApprovalFilter;
import dev.mneme.memory.coordination.ApprovalLimits;
import dev.mneme.memory.coordination.ApprovalPage;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRequest;
import dev.mneme.memory.coordination.ApprovalRequest.OnTimeout;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.memory.coordination.ApprovalState;
import dev.mneme.memory.coordination.ApprovalStore;
import dev.mneme.memory.coordination.ApprovalVerdict;
import dev.mneme.memory.redis.internal.LuaScript;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests for approval in Redis, all of a namespace in one slot: they are made at the pace of people, and so a batch, the
 * bounds and the counts are each one step.
 *
 * <pre>
 * mneme:{ns:approvals}:seq                 the last number
 * mneme:{ns:approvals}:a:id                one request, a hash
 * mneme:{ns:approvals}:due, past           requests by when they time out, or are forgotten
 * mneme:{ns:approvals}:p:owner:operation   those that wait, by number; also with owner or operation, or both, empty
 * mneme:{ns:approvals}:d:owner:operation   those decided, likewise
 * mneme:{ns:approvals}:n:owner:matter      how often the answer was no
 * mneme:{ns:approvals}:k:owner             the names of these counts
 * </pre>
 *
 * <p>Every part is percent-encoded; an owner is {@code h}, the host, or {@code t.} and the tenant.
 */
final class RedisApprovalStore implements ApprovalStore {

    private static final LuaScript SCRIPT =
            LuaScript.load(RedisApprovalStore.class, ScriptOutputType.MULTI, "approvals.lua");
    private static final byte[] NONE = {};

    private final Redis redis;
    private final ApprovalLimits limits;
    private final String prefix;
    private final String channel;
    private final RedisApprovalWatch watch;

    RedisApprovalStore(Redis redis, String namespace, ApprovalLimits limits) {
        this.redis = redis;
        this.limits = limits;
        this.prefix = "mneme:{" + KeyPath.join(namespace, "approvals") + "}:";
        this.channel = prefix + "decided";
        this.watch = new RedisApprovalWatch(redis, channel);
    }

    @Override
    public ApprovalAdmission request(ApprovalRequest request) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(ascii(request.id()));
        arguments.add(ascii(owner(request.tenant())));
        arguments.add(ascii(KeyPath.encode(request.operation())));
        arguments.add(ascii(matter(request)));
        arguments.add(number(request.timeout().toMillis()));
        arguments.add(ascii(request.approvedAtOnce() ? "1" : "0"));
        arguments.add(number(limits.maxRequests()));
        arguments.add(number(limits.maxPending()));
        arguments.add(number(limits.maxPendingOfTenant()));
        field(arguments, "t", request.tenant().map(Tenant::id).orElse(""));
        field(arguments, "se", request.session().map(SessionKey::session).orElse(""));
        field(arguments, "op", request.operation());
        field(arguments, "su", request.subject());
        field(arguments, "q", request.question());
        field(arguments, "d", request.details());
        field(arguments, "ri", letter(request.risk()));
        field(arguments, "o", request.onTimeout() == OnTimeout.APPROVE ? "A" : "R");
        List<Object> answer = ask("request", arguments);
        List<?> row = (List<?>) answer.get(2);
        int number = Integer.parseInt(text(answer.get(1)));
        return switch (text(answer.get(0))) {
            case "OFTEN" ->
                new ApprovalAdmission.TooOften(
                        number, Duration.ofMillis(Math.max(1, Long.parseLong(text(row.get(0))))));
            case "FULL" -> new ApprovalAdmission.Full(number);
            default -> new ApprovalAdmission.Admitted(requireNonNull(record(row)));
        };
    }

    @Override
    public ApprovalDecision decide(String id, ApprovalVerdict verdict) {
        return decide(id, "", letter(verdict), verdict.by(), verdict.reason());
    }

    @Override
    public ApprovalDecision decide(Tenant tenant, String id, ApprovalVerdict verdict) {
        return decide(id, owner(Optional.of(tenant)), letter(verdict), verdict.by(), verdict.reason());
    }

    @Override
    public List<ApprovalRecord> decideAll(ApprovalFilter filter, ApprovalVerdict verdict) {
        return records(ask(
                "batch",
                List.of(
                        ascii(owner(filter)),
                        ascii(operation(filter)),
                        ascii(letter(verdict)),
                        utf8(verdict.by()),
                        utf8(verdict.reason()),
                        number(MAX_BATCH))));
    }

    @Override
    public ApprovalDecision withdraw(String id) {
        return decide(id, "", "W", "", "");
    }

    @Override
    public Optional<ApprovalRecord> find(String id) {
        List<Object> answer = ask("find", List.of(utf8(id)));
        return Optional.ofNullable(record((List<?>) answer.get(2)));
    }

    @Override
    public Map<String, ApprovalState> states(Collection<String> ids) {
        if (ids.size() > MAX_IDS) {
            throw new IllegalArgumentException("ids must be at most " + MAX_IDS + ", were " + ids.size());
        }
        List<String> asked = List.copyOf(ids);
        List<Object> answer =
                ask("states", asked.stream().map(RedisApprovalStore::utf8).toList());
        Map<String, ApprovalState> states = new HashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            String letter = text(answer.get(i));
            if (!letter.isEmpty()) {
                states.put(asked.get(i), state(letter));
            }
        }
        return states;
    }

    @Override
    public ApprovalPage pending(ApprovalPage.Request request) {
        return page("p", request);
    }

    @Override
    public ApprovalPage history(ApprovalPage.Request request) {
        return page("d", request);
    }

    @Override
    public Watch watch(Consumer<? super String> listener) {
        return watch.add(requireNonNull(listener, "listener"));
    }

    @Override
    public ErasureReceipt erase(Tenant tenant) {
        List<Object> answer = ask("erase", List.of(ascii(owner(Optional.of(tenant)))));
        return new ErasureReceipt("approvals", tenant, Long.parseLong(text(answer.get(1))));
    }

    private ApprovalPage page(String kind, ApprovalPage.Request request) {
        List<Object> answer = ask(
                "page",
                List.of(
                        ascii(kind),
                        ascii(owner(request.filter())),
                        ascii(operation(request.filter())),
                        number(request.after()),
                        number(request.limit())));
        long last = Long.parseLong(text(answer.get(1)));
        return new ApprovalPage(
                records(answer),
                last == 0
                        ? Optional.empty()
                        : Optional.of(new ApprovalPage.Request(request.filter(), request.limit(), last)));
    }

    private ApprovalDecision decide(String id, String owner, String letter, String by, String reason) {
        List<Object> answer = ask("decide", List.of(utf8(id), ascii(owner), ascii(letter), utf8(by), utf8(reason)));
        ApprovalRecord record = record((List<?>) answer.get(2));
        if (record == null) {
            return new ApprovalDecision.Unknown();
        }
        return switch (text(answer.get(0))) {
            case "DECIDED" -> new ApprovalDecision.Decided(record);
            case "EXPIRED" -> new ApprovalDecision.Expired(record);
            default -> new ApprovalDecision.AlreadyDecided(record);
        };
    }

    private List<Object> ask(String what, List<byte[]> arguments) {
        byte[][] all = new byte[5 + arguments.size()][];
        all[0] = ascii(what);
        all[1] = ascii(prefix);
        all[2] = number(limits.keepFor().toMillis());
        all[3] = number(limits.maxHistoryOfTenant());
        all[4] = ascii(channel);
        for (int i = 0; i < arguments.size(); i++) {
            all[5 + i] = arguments.get(i);
        }
        String[] keys = {prefix + "seq"};
        return Answers.await(redis, redis.timeout(), commands -> SCRIPT.run(commands, keys, all));
    }

    private static List<ApprovalRecord> records(List<Object> answer) {
        List<ApprovalRecord> records = new ArrayList<>();
        for (Object each : answer.subList(2, answer.size())) {
            ApprovalRecord record = record((List<?>) each);
            if (record != null) {
                records.add(record);
            }
        }
        return records;
    }

    private static @Nullable ApprovalRecord record(List<?> row) {
        if (row.isEmpty()) {
            return null;
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i + 1 < row.size(); i += 2) {
            fields.put(text(row.get(i)), new String((byte[]) row.get(i + 1), UTF_8));
        }
        String tenant = of(fields, "t");
        String session = of(fields, "se");
        ApprovalRequest request = new ApprovalRequest(
                of(fields, "id"),
                of(fields, "op"),
                of(fields, "su"),
                tenant.isEmpty() ? Optional.empty() : Optional.of(Tenant.of(tenant)),
                session.isEmpty() ? Optional.empty() : Optional.of(SessionKey.of(tenant, session)),
                risk(of(fields, "ri")),
                of(fields, "q"),
                of(fields, "d"),
                Duration.ofMillis(Long.parseLong(of(fields, "to"))),
                of(fields, "o").equals("A") ? OnTimeout.APPROVE : OnTimeout.REJECT,
                of(fields, "ao").equals("1"));
        String decided = fields.get("at");
        return new ApprovalRecord(
                request,
                Integer.parseInt(of(fields, "n")),
                Instant.ofEpochMilli(Long.parseLong(of(fields, "r"))),
                Instant.ofEpochMilli(Long.parseLong(of(fields, "x"))),
                state(of(fields, "s")),
                fields.getOrDefault("by", ""),
                fields.getOrDefault("why", ""),
                decided == null ? Optional.empty() : Optional.of(Instant.ofEpochMilli(Long.parseLong(decided))));
    }

    private static String of(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new MnemeException("a request for approval in Redis cannot be read: it lacks the field " + name);
        }
        return value;
    }

    private static void field(List<byte[]> arguments, String name, String value) {
        arguments.add(ascii(name));
        arguments.add(utf8(value));
    }

    private static String owner(Optional<Tenant> tenant) {
        return tenant.map(each -> "t." + each.key()).orElse("h");
    }

    private static String owner(ApprovalFilter filter) {
        return filter.tenant().isPresent() ? owner(filter.tenant()) : "";
    }

    private static String operation(ApprovalFilter filter) {
        return filter.operation().map(KeyPath::encode).orElse("");
    }

    /** What is the same if it is asked again: the session, the operation and the subject. */
    private static String matter(ApprovalRequest request) {
        return request.session().map(key -> KeyPath.encode(key.session())).orElse("")
                + ':'
                + KeyPath.encode(request.operation())
                + ':'
                + (request.subject().isEmpty() ? "" : KeyPath.encode(request.subject()));
    }

    private static String letter(ApprovalVerdict verdict) {
        return verdict.answer() == ApprovalVerdict.Answer.APPROVE ? "A" : "R";
    }

    private static String letter(ApprovalRisk risk) {
        return switch (risk) {
            case LOW -> "L";
            case MEDIUM -> "M";
            case HIGH -> "H";
        };
    }

    private static ApprovalRisk risk(String letter) {
        return switch (letter) {
            case "L" -> ApprovalRisk.LOW;
            case "M" -> ApprovalRisk.MEDIUM;
            case "H" -> ApprovalRisk.HIGH;
            default -> throw new MnemeException("a request in Redis has a risk that this version does not know");
        };
    }

    private static ApprovalState state(String letter) {
        return switch (letter) {
            case "P" -> ApprovalState.PENDING;
            case "A" -> ApprovalState.APPROVED;
            case "Y" -> ApprovalState.AUTO_APPROVED;
            case "R" -> ApprovalState.REJECTED;
            case "T" -> ApprovalState.TIMED_OUT;
            case "W" -> ApprovalState.WITHDRAWN;
            default -> throw new MnemeException("a request in Redis has a state that this version does not know");
        };
    }

    private static byte[] number(long number) {
        return ascii(Long.toString(number));
    }

    private static byte[] utf8(String text) {
        return text.isEmpty() ? NONE : text.getBytes(UTF_8);
    }

    private static String text(@Nullable Object ascii) {
        return ascii == null ? "" : new String((byte[]) ascii, ISO_8859_1);
    }
}
