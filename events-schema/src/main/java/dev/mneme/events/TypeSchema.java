package dev.mneme.events;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The type of a value as the lock remembers it.
 *
 * @param kind {@value #ENUM}, {@value #LIST}, {@value #MAP}, {@value #RECORD}, or the name of a scalar
 * @param constants of an enum, in their order
 * @param of of a list or a map: the type of what is in it
 * @param fields of a record, in their order
 */
record TypeSchema(
        String kind, List<String> constants, @Nullable TypeSchema of, Map<String, FieldSchema> fields) {

    static final String ENUM = "enum";
    static final String LIST = "list";
    static final String MAP = "map";
    static final String RECORD = "record";

    static TypeSchema of(ValueShape shape) {
        if (shape instanceof EnumShape constants) {
            return new TypeSchema(ENUM, List.copyOf(constants.names()), null, Map.of());
        }
        if (shape instanceof ListShape list) {
            return new TypeSchema(LIST, List.of(), of(list.element()), Map.of());
        }
        if (shape instanceof MapShape map) {
            return new TypeSchema(MAP, List.of(), of(map.value()), Map.of());
        }
        if (shape instanceof RecordShape record) {
            var fields = new LinkedHashMap<String, FieldSchema>();
            record.fields().forEach(field -> fields.put(field.name(), FieldSchema.of(field)));
            return new TypeSchema(RECORD, List.of(), null, fields);
        }
        return new TypeSchema(shape.describe(), List.of(), null, Map.of());
    }

    boolean isOpen() {
        return constants.contains(EnumShape.UNKNOWN);
    }

    /** The type in a few words. */
    String describe() {
        if (kind.equals(ENUM)) {
            return (isOpen() ? "open enum of " : "enum of ") + String.join(", ", constants);
        }
        if (of != null) {
            return kind + " of " + of.describe();
        }
        return kind.equals(RECORD) ? "record of " + String.join(", ", fields.keySet()) : kind;
    }

    Map<String, Object> toJson() {
        var json = new LinkedHashMap<String, Object>();
        json.put("type", kind);
        if (kind.equals(ENUM)) {
            json.put("constants", constants);
        }
        if (of != null) {
            json.put("of", of.toJson());
        }
        if (kind.equals(RECORD)) {
            json.put("fields", fieldsToJson());
        }
        return json;
    }

    Map<String, Object> fieldsToJson() {
        var json = new LinkedHashMap<String, Object>();
        fields.forEach((name, field) -> json.put(name, field.toJson()));
        return json;
    }

    static TypeSchema fromJson(EventNode json) {
        String kind = LockFile.text(json, "type");
        TypeSchema of = json.has("of") ? fromJson(json.node("of")) : null;
        List<String> constants = json.has("constants") ? LockFile.texts(json, "constants") : List.of();
        return new TypeSchema(kind, constants, of, json.has("fields") ? fieldsFromJson(json.node("fields")) : Map.of());
    }

    static TypeSchema recordFromJson(EventNode fields) {
        return new TypeSchema(RECORD, List.of(), null, fieldsFromJson(fields));
    }

    private static Map<String, FieldSchema> fieldsFromJson(EventNode json) {
        var fields = new LinkedHashMap<String, FieldSchema>();
        json.names().forEach(name -> fields.put(name, FieldSchema.fromJson(json.node(name))));
        return fields;
    }
}
