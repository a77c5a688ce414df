package dev.mneme.memory.context;

import dev.mneme.AgentKey;

/**
 * An agent's memory has reached a level of its {@link Limits}, or is well below it again.
 *
 * @param agent whose memory it is
 * @param level the level, a share of the limit from {@link Limits#alertLevels()}
 * @param kind whether it was reached or left
 * @param records how many the agent had at that moment; an eviction may have followed
 * @param maxRecords the limit
 */
public record FillAlert(AgentKey agent, double level, Kind kind, long records, int maxRecords) {

    /** Which way the fill went. */
    public enum Kind {
        /** The fill is at the level or above. */
        RAISED,
        /** The fill is {@link Limits#HYSTERESIS} below the level or more. */
        CLEARED
    }

    /** The share of the limit that was in use; above 1 by what a batch brought too much. */
    public double fillRatio() {
        return (double) records / maxRecords;
    }
}
