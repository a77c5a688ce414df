package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Interaction;

/**
 * An interaction that was checked and prepared, ready to be stored.
 *
 * @param interaction as it was given, with its time set
 * @param terms of the speaker's name and the text
 * @param unit the vector to compare by, of length one; all zero if the text has nothing to embed
 */
@SuppressWarnings("ArrayRecordComponent") // drafts are handed over, never compared
public record Draft(Interaction interaction, Terms terms, float[] unit) {}
