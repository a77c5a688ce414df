package dev.mneme.memory.context;

/**
 * What became of a batch, counted; an id that stands in it twice counts twice.
 *
 * @param added records that were not there before
 * @param replaced records that took the place of one that was not newer
 * @param older records that were left out because a newer one with their id was there
 */
public record Additions(int added, int replaced, int older) {

    /** No additions yet. */
    public static Additions none() {
        return new Additions(0, 0, 0);
    }

    /** These and one more. */
    public Additions and(Added one) {
        return switch (one) {
            case NEW -> new Additions(added + 1, replaced, older);
            case REPLACED -> new Additions(added, replaced + 1, older);
            case OLDER -> new Additions(added, replaced, older + 1);
        };
    }

    /** These and those of another batch. */
    public Additions and(Additions more) {
        return new Additions(added + more.added, replaced + more.replaced, older + more.older);
    }

    public int total() {
        return added + replaced + older;
    }
}
