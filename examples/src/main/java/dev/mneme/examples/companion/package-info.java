/**
 * The first host: a companion that remembers conversations, on an embedded store with no server.
 *
 * <p>Start reading at {@link dev.mneme.examples.companion.Companion}. {@link dev.mneme.examples.companion.DialogueFile} and
 * {@link dev.mneme.examples.companion.Recall} are the parts that measurements use too.
 */
@NullMarked
package dev.mneme.examples.companion;

import org.jspecify.annotations.NullMarked;
