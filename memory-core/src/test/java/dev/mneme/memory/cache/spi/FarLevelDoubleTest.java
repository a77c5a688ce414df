package dev.mneme.memory.cache.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The double keeps the contract, so that what is tested against it is tested against a far level. */
class FarLevelDoubleTest extends FarLevelContract {

    private AtomicLong time;
    private FarLevelDouble.Server server;

    private AtomicLong time() {
        if (time == null) {
            time = new AtomicLong();
        }
        return time;
    }

    @Override
    protected FarNode newNode() {
        return new FarNode(time()::get);
    }

    @Override
    protected FarLevel open(Coherence coherence) {
        if (server == null) {
            server = new FarLevelDouble.Server(time()::get);
        }
        return new FarLevelDouble(server, coherence);
    }

    @Override
    protected void goAway() {
        server.goAway();
    }

    @Override
    protected void comeBack() {
        server.comeBack();
    }

    @Override
    protected void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
    }

    @Override
    protected void heartbeat(FarLevel level) {
        ((FarLevelDouble) level).heartbeat();
    }

    @Test
    void aLostMessageCostsTheBucketItsNearEntriesAtTheNextHeartbeat() throws Exception {
        server.loseMessages(true);
        await(a.invalidate(List.of(key("a")), false));
        nodeB.flushed.clear();
        heartbeat(b);
        assertThat(nodeB.dropped).isEmpty();
        assertThat(nodeB.flushed).containsExactly(key("a").bucket());
    }

    @Test
    void heldAnswersComeLaterAndTruthfully() throws Exception {
        server.hold();
        var answer = a.lease(key("a"), LeaseMode.IF_MISSING, LEASE, null).toCompletableFuture();
        assertThat(answer).isNotDone();
        server.answer();
        assertThat(await(answer)).isInstanceOf(LeaseAnswer.Granted.class);
    }
}
