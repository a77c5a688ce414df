package dev.mneme.memory.lucene;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps one of equal names and values, so that a thousand records of one session share its name.
 *
 * <p>It remembers {@value #CAPACITY} at most, and forgets all when it is full: what is equal is then shared anew from there
 * on. Not safe to share between threads.
 */
final class Shared {

    private static final int CAPACITY = 1_024;

    /** Longer texts are hardly ever equal, and comparing them takes its time. */
    private static final int MAX_LENGTH = 64;

    private final Map<Object, Object> known = new HashMap<>();

    String name(String name) {
        return name.length() > MAX_LENGTH ? name : one(name, String.class);
    }

    MetaValue value(MetaValue value) {
        boolean isLong = value instanceof MetaValue.Text text && text.value().length() > MAX_LENGTH;
        return isLong ? value : one(value, MetaValue.class);
    }

    /** The same facts, with shared names and values. */
    Interaction facts(Interaction facts) {
        Interaction shared = facts.type(name(facts.type()));
        if (facts.session().isPresent()) {
            shared = shared.session(name(facts.session().get()));
        }
        if (facts.speaker().isPresent()) {
            shared = shared.speaker(name(facts.speaker().get()));
        }
        for (Map.Entry<String, MetaValue> entry : facts.meta().entrySet()) {
            MetaValue value = value(entry.getValue());
            if (value != entry.getValue()) {
                shared = shared.meta(entry.getKey(), value);
            }
        }
        return shared;
    }

    /** As {@link Interaction#meta()}; equal ones of short values are one. */
    Metadata metadata(Map<String, MetaValue> entries) {
        return entries.isEmpty() ? Metadata.NONE : one(new Metadata(entries), Metadata.class);
    }

    void clear() {
        known.clear();
    }

    private <T> T one(T given, Class<T> type) {
        if (known.size() >= CAPACITY) {
            known.clear();
        }
        Object before = known.putIfAbsent(given, given);
        return before == null ? given : type.cast(before);
    }
}
