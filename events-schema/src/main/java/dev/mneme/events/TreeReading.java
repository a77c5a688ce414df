package dev.mneme.events;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads data of an old version into {@link EventNode}s. */
final class TreeReading {

    private TreeReading() {}

    /**
     * Reads the object whose first token is the current one.
     *
     * @throws BadValue if it is no object, or has a name twice
     */
    static EventNode object(JsonParser json) {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new BadValue("must be an object");
        }
        var node = new EventNode();
        String name;
        while ((name = json.nextName()) != null) {
            if (node.has(name)) {
                throw new BadValue("must have each field once");
            }
            json.nextToken();
            node.read(name, value(json));
        }
        return node;
    }

    private static @Nullable Object value(JsonParser json) {
        return switch (json.currentToken()) {
            case VALUE_STRING -> json.getString();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_FLOAT -> json.getDecimalValue();
            case VALUE_NUMBER_INT -> whole(json);
            case START_OBJECT -> object(json);
            case START_ARRAY -> {
                var values = new ArrayList<@Nullable Object>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    values.add(value(json));
                }
                yield values;
            }
            default -> throw new BadValue("must be JSON");
        };
    }

    private static Object whole(JsonParser json) {
        if (json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return json.getLongValue();
        }
        return json.getBigIntegerValue();
    }
}
