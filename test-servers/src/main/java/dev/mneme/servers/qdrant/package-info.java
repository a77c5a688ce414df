/**
 * A stand-in for Qdrant, {@link dev.mneme.servers.qdrant.QdrantDouble}, for tests of what talks to one.
 *
 * <pre>{@code
 * try (QdrantDouble qdrant = QdrantDouble.start()) {
 *     qdrant.requireTenant("agent_key");                   // refuses what could reach two agents
 *     client.connect("127.0.0.1", qdrant.port());
 *     qdrant.failNext("Points/Query", 2, Status.Code.UNAVAILABLE);
 *     qdrant.delayWrites();                                // accepted, not applied: WaitTimeout
 *     qdrant.heal();
 *     qdrant.restart(1);                                   // the last write is lost
 *     assertThat(qdrant.violations()).isEmpty();
 * }
 * }</pre>
 */
@NullMarked
package dev.mneme.servers.qdrant;

import org.jspecify.annotations.NullMarked;
