package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which types and rules let more through than others. */
final class Narrowing {

    /** What a reader of each number type takes beside its own. */
    private static final Map<String, Set<String>> TAKES = Map.of(
            "int64", Set.of("int32"),
            "integer", Set.of("int32", "int64"),
            "decimal", Set.of("int32", "int64", "integer", "double"));

    private Narrowing() {}

    /** Whether a reader of one kind takes whatever a writer of another kind writes. */
    static boolean takes(String reader, String writer) {
        return reader.equals(writer) || TAKES.getOrDefault(reader, Set.of()).contains(writer);
    }

    /**
     * Whether a rule lets less through than it did.
     *
     * @param before its bound; null if it was not stated
     */
    static boolean isTighter(String rule, @Nullable Long before, @Nullable Long after) {
        if (after == null || after.equals(before)) {
            return false;
        }
        return before == null || (rule.equals(Rules.MIN) ? after > before : after < before);
    }

    static String text(String rule, FieldSchema field) {
        Long bound = field.rules().get(rule);
        return bound == null ? "no " + rule : rule.equals(Rules.NOT_BLANK) ? rule : rule + " " + bound;
    }

    /** Why a reader cannot take all that a writer writes, with the field; nothing if it can. */
    static Optional<String> obstacle(TypeSchema writer, TypeSchema reader) {
        return obstacle("", writer, reader);
    }

    private static Optional<String> obstacle(String path, TypeSchema writer, TypeSchema reader) {
        if (!takes(reader.kind(), writer.kind())) {
            return Optional.of(path + " is " + writer.describe() + ", was " + reader.describe());
        }
        switch (reader.kind()) {
            case TypeSchema.ENUM -> {
                return reader.isOpen() || reader.constants().containsAll(writer.constants())
                        ? Optional.empty()
                        : Optional.of(path + " has constants that it had not");
            }
            case TypeSchema.LIST -> {
                return obstacle(path + "[]", requireNonNull(writer.of()), requireNonNull(reader.of()));
            }
            case TypeSchema.MAP -> {
                return obstacle(path + "{}", requireNonNull(writer.of()), requireNonNull(reader.of()));
            }
            case TypeSchema.RECORD -> {
                return fields(path.isEmpty() ? "" : path + ".", writer.fields(), reader.fields());
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    private static Optional<String> fields(
            String path, Map<String, FieldSchema> writer, Map<String, FieldSchema> reader) {
        for (Map.Entry<String, FieldSchema> entry : reader.entrySet()) {
            String name = path + entry.getKey();
            FieldSchema read = entry.getValue();
            FieldSchema written = writer.get(entry.getKey());
            if (written == null) {
                if (read.required()) {
                    return Optional.of(name + " is gone, was required");
                }
                continue;
            }
            if (read.required() && !written.required()) {
                return Optional.of(name + " is optional, was required");
            }
            for (Map.Entry<String, Long> rule : read.rules().entrySet()) {
                if (isTighter(rule.getKey(), written.rules().get(rule.getKey()), rule.getValue())) {
                    return Optional.of(
                            name + " has " + text(rule.getKey(), written) + ", had " + text(rule.getKey(), read));
                }
            }
            Optional<String> obstacle = obstacle(name, written.type(), read.type());
            if (obstacle.isPresent()) {
                return obstacle;
            }
        }
        return Optional.empty();
    }
}
