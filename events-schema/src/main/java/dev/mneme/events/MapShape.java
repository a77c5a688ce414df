package dev.mneme.events;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** A map from texts, without nulls; written sorted by key, so that equal maps have equal bytes. */
final class MapShape extends ValueShape {

    private final ValueShape value;

    MapShape(ValueShape value) {
        this.value = value;
    }

    ValueShape value() {
        return value;
    }

    @Override
    String describe() {
        return "map<" + value.describe() + ">";
    }

    @Override
    int depth() {
        return 1 + value.depth();
    }

    @Override
    Object read(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new BadValue("must be an object");
        }
        var values = new LinkedHashMap<String, Object>();
        String name;
        while ((name = json.nextName()) != null) {
            if (json.nextToken() == JsonToken.VALUE_NULL) {
                throw new BadValue("must not be null").in("{}");
            }
            try {
                if (values.put(name, value.read(json)) != null) {
                    throw new BadValue("must have each key once");
                }
            } catch (BadValue e) {
                throw e.in("{}");
            }
        }
        return Collections.unmodifiableMap(values);
    }

    @Override
    Object fromTree(Object node) {
        if (!(node instanceof EventNode object)) {
            throw new BadValue("must be an object");
        }
        var values = new LinkedHashMap<String, Object>();
        for (String name : object.names()) {
            Object each = object.value(name);
            if (each == null) {
                throw new BadValue("must not be null").in("{}");
            }
            try {
                values.put(name, value.fromTree(each));
            } catch (BadValue e) {
                throw e.in("{}");
            }
        }
        return Collections.unmodifiableMap(values);
    }

    @Override
    void write(JsonGenerator json, Object map) {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : new TreeMap<>((Map<?, ?>) map).entrySet()) {
            if (entry.getValue() == null) {
                throw new BadValue("must have no null values");
            }
            json.writeName((String) entry.getKey());
            value.write(json, entry.getValue());
        }
        json.writeEndObject();
    }
}
