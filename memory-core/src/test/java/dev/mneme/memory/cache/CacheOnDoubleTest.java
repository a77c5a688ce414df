package dev.mneme.memory.cache;

import dev.mneme.memory.Memory;
import dev.mneme.memory.MemorySettings;
import dev.mneme.memory.cache.spi.FarLevelDouble;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** The caches of a node that shares a far level with others. */
class CacheOnDoubleTest extends TieredCacheContract {

    private final AtomicLong time = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final FarLevelDouble.Server server = new FarLevelDouble.Server(time::get);
    private final List<CacheNode> nodes = new CopyOnWriteArrayList<>();

    @Override
    protected Memory open(MemorySettings settings) {
        var node = new CacheNode(server, time::get, settings);
        nodes.add(node);
        return node;
    }

    @Override
    protected boolean timeCanBeMoved() {
        return true;
    }

    @Override
    protected void pass(Duration passed) {
        time.addAndGet(passed.toNanos());
        nodes.forEach(node -> node.far.heartbeat());
    }

    @Override
    protected boolean hasFarLevel() {
        return true;
    }
}
