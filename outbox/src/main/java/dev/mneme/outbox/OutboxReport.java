package dev.mneme.outbox;

import dev.mneme.HealthCheck;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import javax.sql.DataSource;

/**
 * What an outbox holds at one moment.
 *
 * @param outbox its name
 * @param pending events that are to be delivered: due, delayed, waiting for their next attempt, or behind another of
 *     their key
 * @param retrying those among them that were rejected at least once
 * @param blocking those among them that were given up and hold their key
 * @param oldest how long the oldest event that is due has been in the outbox; zero if there is none
 * @param dead events that were given up and left their place
 * @param done delivered events that are still kept
 * @param relays the relays that live
 * @param lanesOwned the lanes that a relay has
 * @param longestUnowned for how long a lane has had no relay; zero if each has one
 */
public record OutboxReport(
        String outbox,
        long pending,
        long retrying,
        long blocking,
        Duration oldest,
        long dead,
        long done,
        int relays,
        int lanesOwned,
        Duration longestUnowned) {

    static OutboxReport of(DataSource dataSource, Dialect dialect, String name) {
        return Jdbc.call(dataSource, "the outbox could not be asked what it holds", c -> read(c, dialect, name));
    }

    private static OutboxReport read(Connection connection, Dialect dialect, String name) throws SQLException {
        String now = dialect.now();
        // a cut of half a second more or less is no matter here: milliseconds by subtraction of epochs on both
        // databases
        String sql = """
            select count(*), count(case when attempts > 0 then 1 end),
                count(case when available_at = %2$s then 1 end),
                coalesce(cast(1000 * extract(epoch from %1$s - min(case when available_at <= %1$s then created_at end))
                    as bigint), 0),
                (select count(*) from mneme_outbox_dead),
                (select count(*) from mneme_outbox_done),
                (select count(*) from mneme_outbox_relay where expires_at > %1$s),
                (select count(*) from mneme_outbox_lane where lease_until >= %1$s),
                (select coalesce(cast(1000 * extract(epoch from %1$s - min(lease_until)) as bigint), 0)
                    from mneme_outbox_lane)
            from mneme_outbox\
            """.formatted(now, Settlement.NEVER);
        try (PreparedStatement ask = connection.prepareStatement(sql)) {
            ask.setQueryTimeout(Dialect.TIMEOUT_SECONDS);
            try (ResultSet row = ask.executeQuery()) {
                row.next();
                return new OutboxReport(
                        name,
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3),
                        Duration.ofMillis(Math.max(0, row.getLong(4))),
                        row.getLong(5),
                        row.getLong(6),
                        row.getInt(7),
                        row.getInt(8),
                        Duration.ofMillis(Math.max(0, row.getLong(9))));
            }
        }
    }

    HealthCheck.Result health(Duration longestWithoutOwner) {
        var result = longestUnowned.compareTo(longestWithoutOwner) > 0
                ? HealthCheck.Result.unhealthy("a lane has had no relay for " + longestUnowned.toSeconds() + " s")
                : HealthCheck.Result.healthy();
        return result.with("pending", pending)
                .with("oldestSeconds", oldest.toSeconds())
                .with("dead", dead)
                .with("relays", relays)
                .with("lanesOwned", lanesOwned);
    }

    /** The report as two lines for a terminal. */
    public String table() {
        String format = "%-16s %10s %9s %9s %8s %8s %10s %7s %6s %9s%n";
        String head = String.format(
                Locale.ROOT,
                format,
                "outbox",
                "pending",
                "retrying",
                "blocking",
                "oldest",
                "dead",
                "done",
                "relays",
                "lanes",
                "unowned");
        String line = String.format(
                Locale.ROOT,
                format,
                outbox,
                pending,
                retrying,
                blocking,
                oldest.toSeconds() + " s",
                dead,
                done,
                relays,
                lanesOwned,
                longestUnowned.toSeconds() + " s");
        return (head + line).replace("\r\n", "\n");
    }
}
