package dev.mneme.memory.redis.stream;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What the consumers of a group in this process have done. */
final class GroupCounts {

    final LongAdder handled = new LongAdder();
    final LongAdder skipped = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder dead = new LongAdder();
    final LongAdder reclaimed = new LongAdder();
    /** Reclaimed events that were gone from the stream. */
    final LongAdder lost = new LongAdder();

    /** These are acknowledged. */
    void finished(List<Held> acknowledged) {
        for (Held held : acknowledged) {
            (held.wasByHandler() ? handled : skipped).increment();
        }
    }
}
