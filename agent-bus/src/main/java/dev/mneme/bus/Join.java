package dev.mneme.bus;

/**
 * How many of the nodes that a join takes its input from must have answered. It begins when all of them have ended, in
 * whatever way, and is given the answers there are.
 *
 * @param needed how many; 0 stands for all
 */
public record Join(int needed) {

    /**
     * @throws IllegalArgumentException if it is negative
     */
    public Join {
        if (needed < 0) {
            throw new IllegalArgumentException("needed must be at least 0, was " + needed);
        }
    }

    /** All of them. */
    public static Join all() {
        return new Join(0);
    }

    /**
     * So many of them, or more.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public static Join atLeast(int answers) {
        if (answers < 1) {
            throw new IllegalArgumentException("answers must be at least 1, was " + answers);
        }
        return new Join(answers);
    }
}
