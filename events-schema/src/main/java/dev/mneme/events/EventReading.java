package dev.mneme.events;

import dev.mneme.events.Decoded.Malformed;
import dev.mneme.events.Decoded.Unknown;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamConstraintsException;

/** The way from bytes to an answer. */
final class EventReading {

    private final EventRegistry registry;
    private final WireLimits limits;
    private final Map<Priority, UnknownAction> unknown;
    private final LongAdder trees = new LongAdder();

    EventReading(EventRegistry registry, WireLimits limits, Map<Priority, UnknownAction> unknown) {
        this.registry = registry;
        this.limits = limits;
        this.unknown = unknown;
    }

    Decoded read(byte[] wire) {
        if (wire.length > limits.maxBytes()) {
            return new Malformed(
                    Malformed.Fault.TOO_LARGE,
                    "a document must have at most " + limits.maxBytes() + " bytes, had " + wire.length,
                    wire);
        }
        try (JsonParser json = limits.parser(wire, 0, wire.length)) {
            return new DocumentReading(this, wire, json).read();
        } catch (BadDocument e) {
            return new Malformed(e.fault(), e.detail(), wire);
        } catch (StreamConstraintsException e) {
            return new Malformed(Malformed.Fault.TOO_LARGE, "a limit is exceeded", wire);
        } catch (JacksonException e) {
            return new Malformed(Malformed.Fault.NO_JSON, "no well-formed JSON", wire);
        } catch (RuntimeException e) {
            // the reader below us is not known to throw others; if it does, the bytes made it do so
            return new Malformed(
                    Malformed.Fault.NO_JSON,
                    "reading failed with " + e.getClass().getSimpleName(),
                    wire);
        }
    }

    @Nullable
    EventFamily family(String type) {
        return registry.find(type);
    }

    WireLimits limits() {
        return limits;
    }

    UnknownAction actionFor(Priority priority) {
        return unknown.getOrDefault(priority, UnknownAction.PARK);
    }

    Decoded unknown(Unknown.Reason reason, EnvelopeDraft draft, byte[] wire) {
        return new Unknown(reason, actionFor(draft.priority), draft, wire);
    }

    EventNode tree(JsonParser json) {
        trees.increment();
        return TreeReading.object(json);
    }

    long treesRead() {
        return trees.sum();
    }
}
