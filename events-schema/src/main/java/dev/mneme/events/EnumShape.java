package dev.mneme.events;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** An enum by the names of its constants; open if one of them is {@value #UNKNOWN}. */
final class EnumShape extends ValueShape {

    static final String UNKNOWN = "UNKNOWN";

    private final Map<String, Enum<?>> constants = new HashMap<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final @Nullable Enum<?> unknown;
    private final Enum<?>[] inOrder;

    EnumShape(Class<?> type) {
        inOrder = (Enum<?>[]) type.getEnumConstants();
        for (Enum<?> named : inOrder) {
            constants.put(named.name(), named);
            names.add(named.name());
        }
        unknown = constants.get(UNKNOWN);
    }

    boolean isOpen() {
        return unknown != null;
    }

    /** The first constant. */
    Enum<?> first() {
        return inOrder[0];
    }

    /** The constants' names in the order of declaration. */
    Set<String> names() {
        return names;
    }

    @Override
    String describe() {
        return "enum(" + String.join("|", names) + ")";
    }

    @Override
    Object read(JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw bad();
        }
        return constant(json.getString());
    }

    @Override
    Object fromTree(Object node) {
        if (node instanceof String name) {
            return constant(name);
        }
        throw bad();
    }

    @Override
    void write(JsonGenerator json, Object value) {
        json.writeString(((Enum<?>) value).name());
    }

    private Enum<?> constant(String name) {
        Enum<?> constant = constants.get(name);
        if (constant != null) {
            return constant;
        }
        if (unknown != null) {
            return unknown;
        }
        throw bad();
    }

    private BadValue bad() {
        return new BadValue("must be one of " + String.join(", ", names));
    }
}
