package dev.mneme.events;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;

/** How values of one type are read and written; knows nothing of null. Immutable. */
abstract class ValueShape {

    /** The type as the lock and the catalogue show it. */
    abstract String describe();

    /** How many levels of nesting such a value opens. */
    int depth() {
        return 0;
    }

    /**
     * Reads the value whose first token is the current one; afterwards its last token is.
     *
     * @throws BadValue if it is none of this type
     */
    abstract Object read(JsonParser json);

    /**
     * Reads the value from a node of {@link EventNode}.
     *
     * @throws BadValue if it is none of this type
     */
    abstract Object fromTree(Object node);

    /**
     * Writes the value.
     *
     * @throws BadValue if it cannot be written, as NaN
     */
    abstract void write(JsonGenerator json, Object value);
}
