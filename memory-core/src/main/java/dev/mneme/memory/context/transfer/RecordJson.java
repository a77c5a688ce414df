package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * One interaction as a JSON object: its parts in a fixed order, those that have their default left out.
 *
 * <p>Two interactions are equal if, and only if, their objects are the same bytes. Numbers of metadata keep their kind by
 * having a decimal point or not; a time is an object {@code {"time": …}}; a vector is the base64 of its numbers in single
 * precision, little-endian, because digits would be longer and read back slower.
 */
final class RecordJson {

    private static final Set<String> NAMES = Set.of(
            "tenant",
            "agent",
            "id",
            "text",
            "type",
            "session",
            "position",
            "speaker",
            "success",
            "time",
            "importance",
            "pinned",
            "ttl",
            "meta",
            "vector");

    private RecordJson() {}

    /** A record of a file. */
    record Line(AgentKey agent, Interaction interaction) {}

    static void write(JsonGenerator json, AgentKey agent, Interaction interaction, boolean withVector) {
        json.writeStartObject();
        json.writeStringProperty("tenant", agent.tenant().id());
        json.writeStringProperty("agent", agent.agent());
        json.writeStringProperty("id", interaction.id());
        json.writeStringProperty("text", interaction.text());
        if (!interaction.type().equals(Interaction.DEFAULT_TYPE)) {
            json.writeStringProperty("type", interaction.type());
        }
        interaction.session().ifPresent(session -> json.writeStringProperty("session", session));
        interaction.position().ifPresent(position -> json.writeNumberProperty("position", position));
        interaction.speaker().ifPresent(speaker -> json.writeStringProperty("speaker", speaker));
        interaction.success().ifPresent(success -> json.writeBooleanProperty("success", success));
        interaction.time().ifPresent(time -> json.writeStringProperty("time", time.toString()));
        if (interaction.importance() != Interaction.DEFAULT_IMPORTANCE) {
            json.writeNumberProperty("importance", interaction.importance());
        }
        if (interaction.isPinned()) {
            json.writeBooleanProperty("pinned", true);
        }
        interaction.ttl().ifPresent(ttl -> json.writeStringProperty("ttl", ttl.toString()));
        writeMeta(json, interaction.meta());
        if (withVector) {
            interaction.vector().ifPresent(vector -> json.writeStringProperty("vector", encoded(vector)));
        }
        json.writeEndObject();
    }

    private static void writeMeta(JsonGenerator json, Map<String, MetaValue> meta) {
        if (meta.isEmpty()) {
            return;
        }
        if (isWellFormed(String.join("", meta.keySet()))) {
            json.writeObjectPropertyStart("meta");
            meta.forEach((key, value) -> {
                json.writeName(key);
                write(json, value);
            });
            json.writeEndObject();
        } else {
            // half a character can be escaped in a text, but not in a name
            json.writeArrayPropertyStart("meta");
            meta.forEach((key, value) -> {
                json.writeString(key);
                write(json, value);
            });
            json.writeEndArray();
        }
    }

    static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    private static void write(JsonGenerator json, MetaValue value) {
        if (value instanceof MetaValue.Text text) {
            json.writeString(text.value());
        } else if (value instanceof MetaValue.Whole whole) {
            json.writeNumber(whole.value());
        } else if (value instanceof MetaValue.Decimal decimal) {
            json.writeNumber(decimal.value());
        } else if (value instanceof MetaValue.Flag flag) {
            json.writeBoolean(flag.value());
        } else {
            json.writeStartObject();
            json.writeStringProperty("time", ((MetaValue.Time) value).value().toString());
            json.writeEndObject();
        }
    }

    /**
     * @throws IllegalArgumentException if the object is none that was written here; the message has no value of the user's
     */
    static Line read(JsonNode record) {
        for (String name : record.propertyNames()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("a record must have no part but " + NAMES + ", had another");
            }
        }
        Interaction read = Interaction.of(text(record, "id"), text(record, "text"));
        if (record.has("type")) {
            read = read.type(text(record, "type"));
        }
        if (record.has("session")) {
            read = read.session(text(record, "session"));
        }
        if (record.has("position")) {
            read = read.position(
                    part(record, "position", "a whole number", JsonNode::isInt).intValue());
        }
        if (record.has("speaker")) {
            read = read.speaker(text(record, "speaker"));
        }
        if (record.has("success")) {
            read = read.success(flag(record, "success"));
        }
        if (record.has("time")) {
            read = read.time(instant(record.get("time")));
        }
        if (record.has("importance")) {
            read = read.importance(
                    part(record, "importance", "a number", JsonNode::isNumber).doubleValue());
        }
        if (record.has("pinned") && flag(record, "pinned")) {
            read = read.pinned();
        }
        if (record.has("ttl")) {
            read = read.ttl(duration(text(record, "ttl")));
        }
        if (record.has("meta")) {
            JsonNode meta = part(record, "meta", "an object or an array", JsonNode::isContainer);
            for (Map.Entry<String, JsonNode> entry : meta.properties()) {
                read = read.meta(entry.getKey(), value(entry.getValue()));
            }
            for (int i = 0; meta.isArray() && i < meta.size(); i += 2) {
                read = read.meta(meta.path(i).stringValue(""), value(meta.path(i + 1)));
            }
        }
        if (record.has("vector")) {
            read = read.vector(vector(text(record, "vector")));
        }
        return new Line(AgentKey.of(text(record, "tenant"), text(record, "agent")), read);
    }

    private static MetaValue value(JsonNode value) {
        if (value.isString()) {
            return MetaValue.of(value.stringValue());
        }
        if (value.isBoolean()) {
            return MetaValue.of(value.booleanValue());
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return MetaValue.of(value.longValue());
        }
        if (value.isFloatingPointNumber()) {
            return MetaValue.of(value.doubleValue());
        }
        if (value.isObject() && value.size() == 1 && value.has("time")) {
            return MetaValue.of(instant(value.get("time")));
        }
        throw new IllegalArgumentException(
                "a value of metadata must be a text, a number, true, false or a time, was " + value.getNodeType());
    }

    private static String text(JsonNode record, String name) {
        return part(record, name, "a text", JsonNode::isString).stringValue();
    }

    private static boolean flag(JsonNode record, String name) {
        return part(record, name, "true or false", JsonNode::isBoolean).booleanValue();
    }

    private interface Is {
        boolean is(JsonNode node);
    }

    private static JsonNode part(JsonNode record, String name, String kind, Is is) {
        @Nullable JsonNode part = record.get(name);
        if (part == null || !is.is(part)) {
            throw new IllegalArgumentException("the part '" + name + "' must be " + kind + ", was "
                    + (part == null ? "absent" : part.getNodeType()));
        }
        return part;
    }

    private static Instant instant(@Nullable JsonNode time) {
        try {
            return Instant.parse(time == null ? "" : time.stringValue(""));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a time must be like 2026-03-01T12:00:00Z, was something else", e);
        }
    }

    private static Duration duration(String ttl) {
        try {
            return Duration.parse(ttl);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("a ttl must be like PT48H, was something else", e);
        }
    }

    private static String encoded(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    private static float[] vector(String encoded) {
        byte[] bytes = Base64.getDecoder().decode(encoded);
        if (bytes.length % Float.BYTES != 0) {
            throw new IllegalArgumentException("a vector must have 4 bytes a number, had " + bytes.length + " in all");
        }
        var vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }
}
