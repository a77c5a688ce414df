/**
 * Events as versioned Java records: what they are called, how they travel, how old versions become new ones, and how a
 * change that would break a reader is found before it is released.
 *
 * <p>A host lists its records in an {@link dev.mneme.events.EventRegistry}, sends them in an
 * {@link dev.mneme.events.Envelope}, and turns both to bytes and back by one {@link dev.mneme.events.EventCodec}.
 */
@NullMarked
package dev.mneme.events;

import org.jspecify.annotations.NullMarked;
