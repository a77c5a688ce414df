package dev.mneme.memory.redis;

import static dev.mneme.memory.cache.spi.FarLevelContract.await;
import static dev.mneme.memory.cache.spi.FarLevelContract.key;
import static dev.mneme.memory.cache.spi.FarLevelContract.readOr;
import static dev.mneme.memory.cache.spi.FarLevelContract.until;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.cache.Ack;
import dev.mneme.memory.cache.CacheEvent;
import dev.mneme.memory.cache.spi.FarNode;
import dev.mneme.memory.cache.spi.FarRead;
import dev.mneme.memory.cache.spi.LeaseAnswer;
import dev.mneme.memory.cache.spi.LeaseMode;
import dev.mneme.servers.RedisSentinels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A master that is killed is replaced, and what it was told of late is told to its successor. */
class RedisSentinelTest {

    @Test
    void aFailoverIsFollowedAndWhatTheReplicaMayNotKnowIsSentAgain() throws Exception {
        try (RedisSentinels sentinels = RedisSentinels.start();
                Redis redis = Redis.builder(sentinels.sentinelUri())
                        .patience(ofSeconds(5))
                        .build()) {
            var node = new FarNode();
            RedisFarLevel level = new RedisFarLevel(redis, "s", node.coherence, new JacksonCodecs(4_096)).start();
            until(() -> level.state().reachable() && node.coherence.untrusted() == 0);
            LeaseAnswer answer = await(level.lease(key("a"), LeaseMode.IF_MISSING, ofSeconds(30), null));
            String token = ((LeaseAnswer.Granted) answer).token();
            await(level.fill(key("a"), token, new byte[] {1}, ofMinutes(5), ZERO));
            assertThat(await(level.invalidate(List.of(key("b")), true))).isEqualTo(Ack.DONE);
            assertThat(await(level.invalidate(List.of(key("a")), false))).isEqualTo(Ack.DONE);

            sentinels.killMaster();
            assertThat(await(level.invalidate(List.of(key("c")), false))).isEqualTo(Ack.PENDING);
            sentinels.awaitFailover(ofSeconds(180));
            until(() -> level.state().reachable() && level.state().queued() == 0);
            until(() -> node.events.stream()
                    .anyMatch(event -> event instanceof CacheEvent.Resent resent && resent.invalidations() >= 2));
            until(() -> node.coherence.untrusted() == 0 && level.state().queued() == 0);
            assertThat(readOr(level, key("a"))).isInstanceOf(FarRead.Miss.class);

            // no replica is left that could have it
            assertThat(await(level.invalidate(List.of(key("d")), true))).isEqualTo(Ack.PENDING);
            level.close();
        }
    }
}
