package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

/**
 * How far a task says it is.
 *
 * @param stage the host's own word for what it does now; must not carry user text
 * @param fraction the part that is done; 0 to 1
 */
public record Progress(String stage, double fraction) {

    /**
     * @throws IllegalArgumentException if the fraction is not 0 to 1
     */
    public Progress {
        requireNonNull(stage, "stage");
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("fraction must be 0 to 1, was " + fraction);
        }
    }
}
