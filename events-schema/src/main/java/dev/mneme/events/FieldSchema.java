package dev.mneme.events;

import java.util.Map;
import java.util.TreeMap;

/** A field as the lock remembers it. */
record FieldSchema(TypeSchema type, boolean required, boolean personal, Map<String, Long> rules) {

    static FieldSchema of(FieldShape field) {
        return new FieldSchema(TypeSchema.of(field.value()), field.required(), field.personal(), field.rules());
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = type.toJson();
        if (!required) {
            json.put("optional", true);
        }
        if (personal) {
            json.put("personal", true);
        }
        if (!rules.isEmpty()) {
            json.put("rules", new TreeMap<>(rules));
        }
        return json;
    }

    static FieldSchema fromJson(EventNode json) {
        var rules = new TreeMap<String, Long>();
        if (json.has("rules")) {
            EventNode stated = json.node("rules");
            stated.names().forEach(rule -> rules.put(rule, LockFile.number(stated, rule)));
        }
        return new FieldSchema(TypeSchema.fromJson(json), !json.has("optional"), json.has("personal"), rules);
    }
}
