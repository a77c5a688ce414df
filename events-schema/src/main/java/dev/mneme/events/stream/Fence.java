package dev.mneme.events.stream;

/**
 * What tells the owner of a lane from those before it, and each of its calls from the ones before: an epoch, which grows
 * with every change of ownership, and a number that grows with every call in the epoch.
 *
 * <p>Fences are ordered by epoch, then by number. A sink remembers the highest it has seen of each lane and does nothing
 * for a call that does not come with a higher one; so a call that was repeated on its way, or that arrives after its
 * sender has lost the lane, changes nothing.
 *
 * @param epoch the ownership; at least 0
 * @param number the call within it; at least 0
 */
public record Fence(long epoch, long number) implements Comparable<Fence> {

    /** Below the fence of every call. */
    static final Fence NONE = new Fence(0, 0);

    /**
     * @throws IllegalArgumentException if a part is below zero
     */
    public Fence {
        if (epoch < 0 || number < 0) {
            throw new IllegalArgumentException("epoch and number must be at least 0, were " + epoch + " and " + number);
        }
    }

    /** The first fence of an epoch: (epoch, 1). */
    public static Fence of(long epoch) {
        return new Fence(epoch, 1);
    }

    /** The fence of the next call in this epoch. */
    public Fence next() {
        return new Fence(epoch, number + 1);
    }

    /** The first fence of the epoch after this one. */
    public Fence nextEpoch() {
        return of(epoch + 1);
    }

    public boolean isAbove(Fence other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Fence other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        return byEpoch != 0 ? byEpoch : Long.compare(number, other.number);
    }
}
