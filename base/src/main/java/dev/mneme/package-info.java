/**
 * The few words that all rooms of Mneme share: who owns a record, how a key is written down, how a failure is told,
 * how an owner's data is erased.
 *
 * <p>This package uses nothing but the JDK, and knows no store, no server and no format.
 */
@NullMarked
package dev.mneme;

import org.jspecify.annotations.NullMarked;
