package dev.mneme.memory.redis.stream;

import static dev.mneme.memory.redis.stream.StreamCalls.bytes;
import static dev.mneme.memory.redis.stream.StreamEntry.text;

import dev.mneme.events.Priority;
import dev.mneme.events.stream.DeadLetter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The dead letters of a stream's groups: each group has a stream of them. */
final class DeadLetters {

    private static final int PAGE = 100;
    /** As in an entry's copy: six pairs as it had them, then reason, deliveries and priority. */
    private static final int REASON = 13;

    private static final int DELIVERIES = 15;
    private static final int PRIORITY = 17;

    private record Filed(String id, DeadLetter letter) {}

    private final StreamCalls calls;

    DeadLetters(StreamCalls calls) {
        this.calls = calls;
    }

    List<DeadLetter> list(String group, int limit) {
        var letters = new ArrayList<DeadLetter>();
        String after = "0-0";
        while (letters.size() < limit) {
            List<Filed> page = page(group, after, Math.min(PAGE, limit - letters.size()));
            page.forEach(filed -> letters.add(filed.letter));
            if (page.size() < PAGE) {
                return letters;
            }
            after = page.get(page.size() - 1).id;
        }
        return letters;
    }

    int redrive(String group, Predicate<? super DeadLetter> which) {
        String[] keys = calls.keys().entriesAnd(calls.keys().dead(group));
        return forChosen(
                group,
                which,
                StreamScript.REDRIVE,
                keys,
                bytes(group),
                bytes(calls.keys().bell()));
    }

    int discard(String group, Predicate<? super DeadLetter> which) {
        return forChosen(
                group, which, StreamScript.DISCARD, new String[] {calls.keys().dead(group)});
    }

    private int forChosen(
            String group, Predicate<? super DeadLetter> which, StreamScript script, String[] keys, byte[]... first) {
        long count = 0;
        String after = "0-0";
        boolean isMore = true;
        while (isMore) {
            List<Filed> page = page(group, after, PAGE);
            var arguments = new ArrayList<byte[]>(List.of(first));
            for (Filed filed : page) {
                if (which.test(filed.letter)) {
                    arguments.add(bytes(filed.id));
                }
                after = filed.id;
            }
            if (arguments.size() > first.length) {
                count += calls.askLong(script, keys, arguments.toArray(new byte[0][]));
            }
            isMore = page.size() == PAGE;
        }
        return (int) count;
    }

    private List<Filed> page(String group, String after, int count) {
        List<?> answer = calls.askList(
                StreamScript.LETTERS, new String[] {calls.keys().dead(group)}, bytes(after), bytes(count));
        var page = new ArrayList<Filed>();
        for (Object entry : answer) {
            String id = text(((List<?>) entry).get(0));
            page.add(new Filed(id, letter(group, id, (List<?>) ((List<?>) entry).get(1))));
        }
        return page;
    }

    private static DeadLetter letter(String group, String id, List<?> fields) {
        Priority priority = Ranks.priority(Integer.parseInt(text(fields.get(PRIORITY))));
        return new DeadLetter(
                group,
                StreamEntry.event(priority, fields),
                DeadLetter.Reason.valueOf(text(fields.get(REASON))),
                Integer.parseInt(text(fields.get(DELIVERIES))),
                Instant.ofEpochMilli(EntryId.parse(priority, id).millis()));
    }
}
