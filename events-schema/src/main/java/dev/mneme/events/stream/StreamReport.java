package dev.mneme.events.stream;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a stream holds at one moment.
 *
 * @param stream the stream's name
 * @param length the events it holds, handled ones included
 * @param groups its groups, by name
 */
public record StreamReport(String stream, long length, List<Group> groups) {

    public StreamReport {
        groups = List.copyOf(groups);
    }

    /**
     * What a group has before it and behind it.
     *
     * @param name the group's name
     * @param lag events it has not begun; empty if the stream cannot tell
     * @param pending events that were delivered and are neither handled nor given up: running, or waiting for their next
     *     delivery
     * @param oldest how long the oldest event that is neither handled nor given up has been in the stream; zero if there
     *     is none
     * @param dead its dead letters
     * @param consumers its subscriptions, as far as the stream knows them
     * @param handled events handled since this process began to consume for it
     * @param skipped events without a handler since then
     * @param failures deliveries that failed since then
     */
    public record Group(
            String name,
            OptionalLong lag,
            long pending,
            Duration oldest,
            long dead,
            int consumers,
            long handled,
            long skipped,
            long failures) {}

    /** The report as a table for a terminal: one line for each group, what cannot be told as {@code unknown}. */
    public String table() {
        var table = new StringBuilder();
        table.append("stream ").append(stream).append(": ").append(length).append(" events\n");
        table.append(line("group", "lag", "pending", "oldest", "dead", "consumers", "handled", "skipped", "failures"));
        for (Group group : groups) {
            String lag = group.lag.isPresent() ? Long.toString(group.lag.getAsLong()) : "unknown";
            table.append(line(
                    group.name,
                    lag,
                    Long.toString(group.pending),
                    group.oldest.toSeconds() + " s",
                    Long.toString(group.dead),
                    Integer.toString(group.consumers),
                    Long.toString(group.handled),
                    Long.toString(group.skipped),
                    Long.toString(group.failures)));
        }
        return table.toString();
    }

    private static String line(Object... cells) {
        return String.format(Locale.ROOT, "%-24s %10s %8s %8s %8s %9s %10s %10s %8s%n", cells)
                .replace("\r\n", "\n");
    }
}
