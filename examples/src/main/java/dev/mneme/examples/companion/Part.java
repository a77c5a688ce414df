package dev.mneme.examples.companion;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A part of a JSON file, and where it stands, so that what is wrong with it can be told in words.
 *
 * @param place such as {@code talks.json, dialogue 2, session_3, turn 7}
 */
record Part(JsonNode node, String place) {

    boolean has(String key) {
        return node.hasNonNull(key);
    }

    Part object(String key) {
        JsonNode child = node.path(key);
        if (!child.isObject()) {
            throw wrong(key + " must be an object");
        }
        return new Part(child, place);
    }

    /** The parts of the list under a key, called by {@code each} and their number. */
    List<Part> list(String key, String each) {
        return new Part(node.path(key), place).list(key + " must be a list", each, place);
    }

    /** The parts of this list. */
    List<Part> list(String rule, String each, String listPlace) {
        if (!node.isArray()) {
            throw wrong(rule);
        }
        var parts = new ArrayList<Part>(node.size());
        for (JsonNode child : node) {
            parts.add(new Part(child, listPlace + ", " + each + " " + (parts.size() + 1)));
        }
        return parts;
    }

    String text(String key) {
        return optionalText(key).orElseThrow(() -> wrong(key + " must be a text"));
    }

    Optional<String> optionalText(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!node.path(key).isString()) {
            throw wrong(key + " must be a text");
        }
        return Optional.of(node.path(key).stringValue());
    }

    Optional<Boolean> optionalFlag(String key) {
        if (!has(key)) {
            return Optional.empty();
        }
        if (!node.path(key).isBoolean()) {
            throw wrong(key + " must be true or false");
        }
        return Optional.of(node.path(key).booleanValue());
    }

    int number(String key, int min, int max) {
        JsonNode child = node.path(key);
        if (!child.canConvertToInt() || !child.isIntegralNumber() || child.intValue() < min || child.intValue() > max) {
            throw wrong(key + " must be a whole number from " + min + " to " + max);
        }
        return child.intValue();
    }

    BadInputException wrong(String rule) {
        return new BadInputException(place + ": " + rule);
    }
}
