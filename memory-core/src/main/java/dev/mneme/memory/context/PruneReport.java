package dev.mneme.memory.context;

import java.util.List;

/**
 * What a {@link Prune} removed, or would have removed.
 *
 * @param dryRun whether nothing was removed
 * @param examined how many records the agent had
 * @param removed how many of them were removed, or would have been
 * @param pinned how many satisfied the conditions and stayed because they are pinned
 * @param ids of those removed, the oldest first; the first {@value #MAX_IDS} of them
 */
public record PruneReport(boolean dryRun, long examined, long removed, long pinned, List<String> ids) {

    /** So many ids are told at most. */
    public static final int MAX_IDS = 1_000;

    /**
     * @throws IllegalArgumentException if there are more ids than {@value #MAX_IDS} or than records removed
     */
    public PruneReport {
        ids = List.copyOf(ids);
        if (ids.size() > Math.min(MAX_IDS, removed)) {
            throw new IllegalArgumentException(
                    "a report must have at most " + Math.min(MAX_IDS, removed) + " ids, had " + ids.size());
        }
    }
}
