/**
 * Real servers for tests, started as processes of their own on free ports of 127.0.0.1, and a network that fails.
 *
 * <pre>{@code
 * try (RedisServer redis = RedisServer.builder().appendOnly().start();
 *         FaultProxy proxy = FaultProxy.to(redis)) {
 *     client.connect(proxy.uri());
 *     proxy.dropFromServer(0.3, seed);                 // loses published messages; cut(), halfOpen(), delay(...)
 *     proxy.heal();
 *     redis.kill();                                    // as kill -9; also pause() and resume()
 *     redis.restart();                                 // same port, acknowledged writes are back
 *     assertThat(redis.command("EXISTS", "key")).isEqualTo(1L);
 * }
 * }</pre>
 *
 * <p>{@link dev.mneme.servers.RedisSentinels} and {@link dev.mneme.servers.RedisCluster} start several servers that
 * fail over: {@code killMaster()}, then {@code awaitFailover(timeout)}.
 *
 * <p>{@link dev.mneme.servers.PostgresServer} is one PostgreSQL with a database for each test.
 *
 * <p>Runs on Linux and macOS. Closing a Redis ends its process and deletes its files; so does the end of the JVM,
 * however it ends. A Redis other than the one brought along is named by the system property
 * {@code mneme.redis.server}.
 */
@NullMarked
package dev.mneme.servers;

import org.jspecify.annotations.NullMarked;
