package dev.mneme.events.agent;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;
import org.jspecify.annotations.Nullable;

/**
 * A model could not be used, and another took its place.
 *
 * @param from the model that could not
 * @param to the one that did; absent if a fixed answer was given
 * @param code why, from a small closed set of the host's
 */
@EventType(name = "model.fallback", version = 1)
public record ModelFallbackV1(String from, @Nullable String to, String code) implements Event {

    public ModelFallbackV1 {
        Check.notBlank(from, "from");
        Check.maxLength(from, 256, "from");
        Check.maxLength(to, 256, "to");
        Check.notBlank(code, "code");
        Check.maxLength(code, 256, "code");
    }
}
