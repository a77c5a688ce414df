package dev.mneme.events;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** A list without nulls; what is read is unmodifiable. */
final class ListShape extends ValueShape {

    private final ValueShape element;

    ListShape(ValueShape element) {
        this.element = element;
    }

    ValueShape element() {
        return element;
    }

    @Override
    String describe() {
        return "list<" + element.describe() + ">";
    }

    @Override
    int depth() {
        return 1 + element.depth();
    }

    @Override
    Object read(JsonParser json) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw new BadValue("must be a list");
        }
        var values = new ArrayList<Object>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() == JsonToken.VALUE_NULL) {
                throw new BadValue("must not be null").in(at(values));
            }
            try {
                values.add(element.read(json));
            } catch (BadValue e) {
                throw e.in(at(values));
            }
        }
        return Collections.unmodifiableList(values);
    }

    @Override
    Object fromTree(Object node) {
        if (!(node instanceof List<?> nodes)) {
            throw new BadValue("must be a list");
        }
        var values = new ArrayList<Object>(nodes.size());
        for (Object each : nodes) {
            if (each == null) {
                throw new BadValue("must not be null").in(at(values));
            }
            try {
                values.add(element.fromTree(each));
            } catch (BadValue e) {
                throw e.in(at(values));
            }
        }
        return Collections.unmodifiableList(values);
    }

    @Override
    void write(JsonGenerator json, Object value) {
        json.writeStartArray();
        for (Object each : (List<?>) value) {
            if (each == null) {
                throw new BadValue("must have no null elements");
            }
            element.write(json, each);
        }
        json.writeEndArray();
    }

    private static String at(List<?> values) {
        return "[" + values.size() + "]";
    }
}
