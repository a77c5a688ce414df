package dev.mneme.events;

import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** A record by its components. Fields it does not know are passed over, but no field may come twice. */
final class RecordShape extends ValueShape {

    /** The most components a record may have: one bit each in a {@code long}. */
    static final int MAX_COMPONENTS = 64;

    private final Class<?> type;
    private final MethodHandle constructor;
    private final FieldShape[] fields;
    private final Map<String, Integer> positions = new HashMap<>();
    private final long required;

    /**
     * @param constructor the canonical one, from {@code Object[]} to {@code Object}
     */
    RecordShape(Class<?> type, MethodHandle constructor, List<FieldShape> fields) {
        this.type = type;
        this.constructor = constructor;
        this.fields = fields.toArray(new FieldShape[0]);
        long mask = 0;
        for (int at = 0; at < this.fields.length; at++) {
            positions.put(this.fields[at].name(), at);
            mask |= this.fields[at].required() ? 1L << at : 0;
        }
        required = mask;
    }

    Class<?> type() {
        return type;
    }

    List<FieldShape> fields() {
        return List.of(fields);
    }

    @Override
    String describe() {
        var text = new StringBuilder("{");
        for (FieldShape field : fields) {
            text.append(text.length() == 1 ? "" : ", ").append(field.name());
            text.append(field.required() ? ": " : "?: ").append(field.value().describe());
        }
        return text.append('}').toString();
    }

    @Override
    int depth() {
        int deepest = 0;
        for (FieldShape field : fields) {
            deepest = Math.max(deepest, field.value().depth());
        }
        return 1 + deepest;
    }

    @Override
    Object read(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new BadValue("must be an object");
        }
        var values = new @Nullable Object[fields.length];
        Set<String> strangers = null;
        long seen = 0;
        int next = 0;
        String name;
        while ((name = json.nextName()) != null) {
            int at = position(name, next);
            JsonToken token = json.nextToken();
            if (at < 0) {
                strangers = strangers == null ? new HashSet<>() : strangers;
                if (!strangers.add(name)) {
                    throw new BadValue("must have each field once");
                }
                Skip.value(json);
                continue;
            }
            FieldShape field = fields[at];
            if ((seen & 1L << at) != 0) {
                throw new BadValue("must come once").in(field.name());
            }
            seen |= 1L << at;
            next = at + 1;
            if (token == JsonToken.VALUE_NULL) {
                field.checkNullable();
                continue;
            }
            try {
                values[at] = field.value().read(json);
            } catch (BadValue e) {
                throw e.in(field.name());
            }
        }
        return construct(values, seen);
    }

    @Override
    Object fromTree(Object node) {
        if (!(node instanceof EventNode object)) {
            throw new BadValue("must be an object");
        }
        var values = new @Nullable Object[fields.length];
        long seen = 0;
        for (int at = 0; at < fields.length; at++) {
            FieldShape field = fields[at];
            if (!object.has(field.name())) {
                continue;
            }
            seen |= 1L << at;
            Object value = object.value(field.name());
            if (value == null) {
                field.checkNullable();
                continue;
            }
            try {
                values[at] = field.value().fromTree(value);
            } catch (BadValue e) {
                throw e.in(field.name());
            }
        }
        return construct(values, seen);
    }

    @Override
    void write(JsonGenerator json, Object event) {
        json.writeStartObject();
        for (FieldShape field : fields) {
            Object value = field.of(event);
            if (value == null) {
                field.checkNullable();
                continue;
            }
            json.writeName(field.wireName());
            try {
                field.value().write(json, value);
            } catch (BadValue e) {
                throw e.in(field.name());
            }
        }
        json.writeEndObject();
    }

    /**
     * Calls the constructor as it is.
     *
     * @throws BadValue if the constructor throws
     */
    Object construct(@Nullable Object[] values) {
        try {
            return (Object) constructor.invokeExact(values);
        } catch (OutOfMemoryError | InternalError e) {
            throw e;
        } catch (Throwable e) {
            // its message may hold what came over the wire
            throw new BadValue("is refused by " + type.getSimpleName() + " with "
                    + e.getClass().getSimpleName());
        }
    }

    private Object construct(@Nullable Object[] values, long seen) {
        long missing = required & ~seen;
        if (missing != 0) {
            throw new BadValue("is missing").in(fields[Long.numberOfTrailingZeros(missing)].name());
        }
        return construct(values);
    }

    // fields mostly come in the order of their components
    private int position(String name, int next) {
        if (next < fields.length && fields[next].name().equals(name)) {
            return next;
        }
        Integer at = positions.get(name);
        return at == null ? -1 : at;
    }
}
