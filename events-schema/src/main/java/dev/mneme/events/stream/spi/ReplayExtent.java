package dev.mneme.events.stream.spi;

import dev.mneme.events.stream.ReplayId;
import dev.mneme.events.stream.ReplaySignal.Gap;
import dev.mneme.events.stream.ReplayStart;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a session are held, and so who can go on without a gap.
 *
 * @param incarnation of the session
 * @param oldest the number of the first event that is held; one more than {@code last} if there is none
 * @param last the number of the last event that was appended; 0 if there was none
 */
public record ReplayExtent(String incarnation, long oldest, long last) {

    /** The gap that leads to what is held. */
    public Gap gap() {
        return new Gap(oldest > last ? null : new ReplayId(incarnation, oldest));
    }

    /** Whether all that came after an event is held, so that whoever has that one misses nothing. */
    public boolean continues(String incarnationOfLast, long number) {
        return incarnation.equals(incarnationOfLast) && number >= oldest - 1 && number <= last;
    }

    /** What a listener that begins there must be told first; null if nothing. */
    public @Nullable Gap gapBefore(ReplayStart start) {
        if (start.lastEventId() == null) {
            return null;
        }
        boolean continues = ReplayId.parse(start.lastEventId())
                .filter(id -> continues(id.incarnation(), id.number()))
                .isPresent();
        return continues ? null : gap();
    }

    /** The number of the event after which a listener that begins there is given what is held. */
    public long after(ReplayStart start) {
        if (start.isNow()) {
            return last;
        }
        return ReplayId.parse(start.lastEventId())
                .filter(id -> continues(id.incarnation(), id.number()))
                .map(ReplayId::number)
                .orElse(oldest - 1);
    }
}
