/**
 * Measurements, each with its command in its Javadoc; what they printed is committed under {@code benchmarks/results}.
 *
 * <p>All commands are given from the root of the checkout, after {@code mvn -pl benchmarks -am -DskipTests package}.
 */
@NullMarked
package dev.mneme.benchmarks;

import org.jspecify.annotations.NullMarked;
