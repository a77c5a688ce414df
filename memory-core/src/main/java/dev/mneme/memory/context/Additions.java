package dev.mneme.memory.context;

/**
 * What became of a batch, counted; an id that stands in it twice counts twice.
 *
 * @param added records that were not there before
 * @param replaced records that took the place of one that was not newer
 * @param older records that were left out because a newer one with their id was there
 * @param skipped interactions that were left out because a record says the same; see {@link Duplicates#skip}
 * @param merged interactions that went into a record that says the same; see {@link Duplicates#merge}
 * @param evicted records that had to go afterwards by the store's {@link Limits}: of those that were there before and of
 *     this batch
 * @param queued interactions that wait in a journal until the store can be reached
 */
public record Additions(int added, int replaced, int older, int skipped, int merged, int evicted, int queued) {

    /** A batch without duplicates and evictions. */
    public Additions(int added, int replaced, int older) {
        this(added, replaced, older, 0, 0, 0, 0);
    }

    /** No additions yet. */
    public static Additions none() {
        return new Additions(0, 0, 0);
    }

    /** These and one more; {@link Added#EVICTED} counts as one that came and one that went. */
    public Additions and(Added one) {
        return switch (one) {
            case NEW -> new Additions(added + 1, replaced, older, skipped, merged, evicted, queued);
            case REPLACED -> new Additions(added, replaced + 1, older, skipped, merged, evicted, queued);
            case OLDER -> new Additions(added, replaced, older + 1, skipped, merged, evicted, queued);
            case SKIPPED -> new Additions(added, replaced, older, skipped + 1, merged, evicted, queued);
            case MERGED -> new Additions(added, replaced, older, skipped, merged + 1, evicted, queued);
            case EVICTED -> new Additions(added + 1, replaced, older, skipped, merged, evicted + 1, queued);
            case QUEUED -> new Additions(added, replaced, older, skipped, merged, evicted, queued + 1);
        };
    }

    /** These, and so many records that had to go. */
    public Additions evicted(int more) {
        return new Additions(added, replaced, older, skipped, merged, evicted + more, queued);
    }

    /** These and those of another batch. */
    public Additions and(Additions more) {
        return new Additions(
                added + more.added,
                replaced + more.replaced,
                older + more.older,
                skipped + more.skipped,
                merged + more.merged,
                evicted + more.evicted,
                queued + more.queued);
    }

    /** How many interactions the batch had. */
    public int total() {
        return added + replaced + older + skipped + merged + queued;
    }
}
