package dev.mneme.outbox;

/**
 * What a relay did since it was started.
 *
 * @param published events that the sink took
 * @param duplicates events that the sink had already
 * @param rejected attempts that the sink refused
 * @param dead events that were given up
 * @param unreachable calls of the sink without an answer
 * @param stale calls that the sink refused because of their fence
 * @param lost lanes that another owner, or an unknown outcome, took away
 * @param lanes the lanes it owns now
 */
public record RelayNumbers(
        long published,
        long duplicates,
        long rejected,
        long dead,
        long unreachable,
        long stale,
        long lost,
        int lanes) {}
