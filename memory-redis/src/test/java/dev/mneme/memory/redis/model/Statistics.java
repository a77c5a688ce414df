package dev.mneme.memory.redis.model;

import java.util.EnumMap;
import java.util.Map;

/** What happened in the schedules, to be sure that they were not empty. */
final class Statistics {

    /** Where a read got its value. */
    enum Level {
        NEAR,
        FAR,
        JOINED,
        LOADED,
        STALE,
        STALE_ON_ERROR
    }

    final Map<Level, Long> reads = new EnumMap<>(Level.class);
    long failedReads;
    long nearAfterUnchangedBeat;
    long done;
    long pending;
    long replayed;
    long collapsed;
    long flushes;
    long inTurn;
    long lostMessages;
    long repeatedScripts;
    long failovers;
    long restarts;
    long crashes;
    long stops;
    long refusedFills;
    long releases;
    long lost;
    long events;

    void add(Statistics other) {
        other.reads.forEach((level, count) -> reads.merge(level, count, Long::sum));
        failedReads += other.failedReads;
        nearAfterUnchangedBeat += other.nearAfterUnchangedBeat;
        done += other.done;
        pending += other.pending;
        replayed += other.replayed;
        collapsed += other.collapsed;
        flushes += other.flushes;
        inTurn += other.inTurn;
        lostMessages += other.lostMessages;
        repeatedScripts += other.repeatedScripts;
        failovers += other.failovers;
        restarts += other.restarts;
        crashes += other.crashes;
        stops += other.stops;
        refusedFills += other.refusedFills;
        releases += other.releases;
        lost += other.lost;
        events += other.events;
    }

    long reads() {
        return reads.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
        return "reads " + reads + ", failed " + failedReads + ", near after an unchanged beat " + nearAfterUnchangedBeat
                + ", done " + done + ", pending " + pending + ", replayed " + replayed + ", collapsed " + collapsed
                + ", flushes " + flushes + ", messages in turn " + inTurn + ", lost messages " + lostMessages
                + ", repeated scripts " + repeatedScripts + ", failovers " + failovers + ", restarts " + restarts
                + ", crashes " + crashes + ", stops " + stops + ", refused fills " + refusedFills + ", releases "
                + releases + ", lost invalidations " + lost + ", events " + events;
    }
}
