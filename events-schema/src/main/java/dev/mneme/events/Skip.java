package dev.mneme.events;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Passes over values that nobody here knows, with the same strictness about names as for those that are known. */
final class Skip {

    private Skip() {}

    /**
     * Passes over the value whose first token is the current one; afterwards its last token is.
     *
     * @throws BadValue if an object in it has a name twice
     */
    static void value(JsonParser json) {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_ARRAY) {
            while (json.nextToken() != JsonToken.END_ARRAY) {
                value(json);
            }
        } else if (token == JsonToken.START_OBJECT) {
            object(json);
        } else {
            // a number of absurd size or a broken text shows only when it is looked at to its end
            json.finishToken();
        }
    }

    private static void object(JsonParser json) {
        Set<String> names = new HashSet<>();
        String name;
        while ((name = json.nextName()) != null) {
            if (!names.add(name)) {
                throw new BadValue("must have each field once");
            }
            json.nextToken();
            value(json);
        }
    }
}
