package dev.mneme.memory.context;

import java.util.Optional;

/**
 * One interaction that a search found.
 *
 * @param interaction as it is stored, its time always set
 * @param score the score it was ranked by, comparable within one answer only; higher is better
 * @param explanation how the score came about; there if the query asked to {@link ContextQuery#explain() explain}
 */
public record Hit(Interaction interaction, double score, Optional<Explanation> explanation) {

    public String id() {
        return interaction.id();
    }

    public String text() {
        return interaction.text();
    }
}
