package dev.mneme.memory.cache.spi;

import dev.mneme.Ticker;
import dev.mneme.memory.cache.CacheEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What one node's near levels are told, written down. */
public final class FarNode implements Coherence.NearLevels {

    public final List<Dropped> dropped = new CopyOnWriteArrayList<>();
    public final List<Integer> flushed = new CopyOnWriteArrayList<>();
    public final List<CacheEvent> events = new CopyOnWriteArrayList<>();
    public final Coherence coherence;

    public FarNode() {
        this(Ticker.system());
    }

    public FarNode(Ticker ticker) {
        this.coherence = new Coherence(ticker, Duration.ofMillis(1_500), this);
    }

    @Override
    public void drop(int bucket, Dropped what) {
        dropped.add(what);
    }

    @Override
    public void flush(int bucket) {
        flushed.add(bucket);
    }

    @Override
    public void event(CacheEvent event) {
        events.add(event);
    }
}
