/**
 * A host whose agents write a report together: topics are researched side by side, what was found becomes a draft, somebody at
 * the terminal approves it, and it is published; what each does is printed while it does it.
 *
 * <p>Start reading at {@link dev.mneme.examples.report.ReportExample}. Its models are fake, and all else is as a real host has it.
 */
@NullMarked
package dev.mneme.examples.report;

import org.jspecify.annotations.NullMarked;
