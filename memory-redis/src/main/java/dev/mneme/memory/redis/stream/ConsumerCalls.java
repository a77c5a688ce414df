package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;
import static dev.mneme.memory.redis.stream.StreamEntry.text;

import dev.mneme.events.Priority;
import dev.mneme.events.stream.ConsumerGroup;
import dev.mneme.memory.redis.stream.StreamCalls.Unanswered;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What one consumer of a group asks Redis for. All calls wait for their answers, for a bounded time. */
final class ConsumerCalls {

    /** An event of which it is known how often its delivery has begun. */
    record Reclaimed(StreamEntry entry, int deliveries) {}

    /** What was reclaimed, and whether there may be more. */
    record Reclaim(List<Reclaimed> events, long lost, boolean isMore) {}

    private static final int OWN_PAGE = 100;

    private final StreamCalls calls;
    private final String group;
    private final byte[] groupBytes;
    private final byte[] consumer;
    private final String[] streams;
    private final byte[][] cursors = new byte[Ranks.ALL.size()][];

    ConsumerCalls(StreamCalls calls, String group, String consumer) {
        this.calls = calls;
        this.group = group;
        this.groupBytes = bytes(group);
        this.consumer = bytes(consumer);
        this.streams = calls.keys().entriesAnd();
        Arrays.fill(cursors, bytes("0-0"));
    }

    void join(ConsumerGroup.Start start) throws Unanswered {
        String from = start == ConsumerGroup.Start.NOW ? "$" : "0";
        calls.tryAskLong(StreamScript.JOIN, streams, groupBytes, consumer, bytes(from));
    }

    /**
     * Acknowledges events and takes new ones.
     *
     * @param budget how many at most, but for what is wanted of each priority
     */
    List<StreamEntry> take(Collection<Held> handled, int budget, Map<Priority, Integer> wanted) throws Unanswered {
        var arguments = new ArrayList<byte[]>();
        arguments.add(groupBytes);
        arguments.add(consumer);
        arguments.add(bytes(budget));
        Map<Priority, List<Held>> acknowledged = new EnumMap<>(Priority.class);
        for (Held held : handled) {
            acknowledged
                    .computeIfAbsent(held.entry.id().priority(), p -> new ArrayList<>())
                    .add(held);
        }
        for (Priority priority : Ranks.ALL) {
            arguments.add(bytes(wanted.getOrDefault(priority, 0)));
        }
        for (Priority priority : Ranks.ALL) {
            arguments.add(bytes(acknowledged.getOrDefault(priority, List.of()).size()));
        }
        for (Priority priority : Ranks.ALL) {
            for (Held held : acknowledged.getOrDefault(priority, List.of())) {
                arguments.add(bytes(held.entry.id().text()));
            }
        }
        List<?> answer = calls.tryAskList(StreamScript.TAKE, streams, arguments.toArray(new byte[0][]));
        var entries = new ArrayList<StreamEntry>();
        for (Priority priority : Ranks.ALL) {
            for (Object entry : (List<?>) Ranks.in(answer, priority)) {
                entries.add(StreamEntry.of(priority, (List<?>) entry));
            }
        }
        return entries;
    }

    /** What was given to this consumer though it got no answer. */
    List<StreamEntry> own(Predicate<EntryId> known) throws Unanswered {
        var found = new ArrayList<StreamEntry>();
        for (Priority priority : Ranks.ALL) {
            byte[] after = bytes("0-0");
            long looked = OWN_PAGE;
            while (looked == OWN_PAGE) {
                List<?> page = calls.tryAskList(
                        StreamScript.OWN,
                        new String[] {calls.keys().entries(priority)},
                        groupBytes,
                        consumer,
                        after,
                        bytes(OWN_PAGE));
                looked = (Long) page.get(0);
                after = (byte[]) page.get(1);
                for (Object entry : (List<?>) page.get(2)) {
                    StreamEntry own = StreamEntry.of(priority, (List<?>) entry);
                    if (!known.test(own.id())) {
                        found.add(own);
                    }
                }
            }
        }
        return found;
    }

    /** Renews the hold on events; those that are held by others now, or are gone. */
    List<Held> hold(List<Held> events) throws Unanswered {
        var arguments = new ArrayList<byte[]>();
        arguments.add(groupBytes);
        arguments.add(consumer);
        for (Held held : events) {
            addEvent(arguments, held, Math.max(1, held.deliveries()));
        }
        List<?> lost = calls.tryAskList(StreamScript.HOLD, streams, arguments.toArray(new byte[0][]));
        return lost.stream()
                .map(place -> events.get((int) (long) (Long) place - 1))
                .toList();
    }

    Reclaim reclaim(long idleMillis, int count) throws Unanswered {
        var arguments = new ArrayList<byte[]>(List.<byte[]>of(groupBytes, consumer, bytes(idleMillis), bytes(count)));
        arguments.addAll(Arrays.asList(cursors));
        List<?> answer = calls.tryAskList(StreamScript.RECLAIM, streams, arguments.toArray(new byte[0][]));
        var events = new ArrayList<Reclaimed>();
        boolean more = false;
        for (Priority priority : Ranks.ALL) {
            byte[] cursor = (byte[]) Ranks.in((List<?>) answer.get(0), priority);
            cursors[Ranks.of(priority) - 1] = cursor;
            more |= !text(cursor).equals("0-0");
            List<?> taken = (List<?>) Ranks.in((List<?>) answer.get(2), priority);
            for (int i = 0; i < taken.size(); i += 2) {
                events.add(new Reclaimed(
                        StreamEntry.of(priority, (List<?>) taken.get(i)), (int) (long) (Long) taken.get(i + 1)));
            }
        }
        return new Reclaim(events, (Long) answer.get(1), more);
    }

    /** Lets others have these events at once. */
    void release(Collection<Held> events, boolean leaving) throws Unanswered {
        var arguments = new ArrayList<byte[]>(
                List.<byte[]>of(groupBytes, consumer, bytes(calls.keys().bell()), bytes(leaving ? "1" : "0")));
        for (Held held : events) {
            addEvent(arguments, held, held.deliveries());
        }
        calls.tryAskLong(StreamScript.RELEASE, streams, arguments.toArray(new byte[0][]));
    }

    /** Whether there was room for it among the dead letters. */
    boolean bury(Held held, int maxDead) throws Unanswered {
        Priority priority = held.entry.id().priority();
        long answer = calls.tryAskLong(
                StreamScript.BURY,
                new String[] {calls.keys().entries(priority), calls.keys().dead(group)},
                groupBytes,
                bytes(held.entry.id().text()),
                bytes(held.reason().name()),
                bytes(held.deliveries()),
                bytes(Ranks.of(priority)),
                bytes(maxDead));
        return answer >= 0;
    }

    private static void addEvent(List<byte[]> arguments, Held held, int deliveries) {
        arguments.add(bytes(Ranks.of(held.entry.id().priority())));
        arguments.add(bytes(held.entry.id().text()));
        arguments.add(bytes(deliveries));
    }
}
