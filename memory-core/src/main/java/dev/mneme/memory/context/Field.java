package dev.mneme.memory.context;

import dev.mneme.memory.context.MetaValue.Kind;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of an interaction that a filter can ask about.
 *
 * @param name one of {@code type}, {@code success}, {@code time}, {@code session}, {@code speaker}, {@code position},
 *     {@code importance}, {@code pinned}, or {@code meta.} and a key of the metadata
 */
public record Field(String name) {

    static final String META = "meta.";

    private static final List<String> NAMES =
            List.of("type", "success", "time", "session", "speaker", "position", "importance", "pinned");

    /**
     * @throws IllegalArgumentException if there is no such field; the message names it and those there are
     */
    public Field {
        boolean isMeta = name.startsWith(META) && name.length() > META.length();
        if (!isMeta && !NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "unknown filter field '" + name + "': must be one of " + NAMES + " or meta.<key>");
        }
    }

    /** The kind of value that the field holds; empty for metadata, where each value has its own. */
    public Optional<Kind> kind() {
        return switch (name) {
            case "type", "session", "speaker" -> Optional.of(Kind.TEXT);
            case "success", "pinned" -> Optional.of(Kind.FLAG);
            case "position", "importance" -> Optional.of(Kind.NUMBER);
            case "time" -> Optional.of(Kind.TIME);
            default -> Optional.empty();
        };
    }

    /** The key of the metadata, if that is what the field is. */
    public Optional<String> metaKey() {
        return name.startsWith(META) ? Optional.of(name.substring(META.length())) : Optional.empty();
    }

    /** The field's value in an interaction, or null if it has none. */
    @Nullable
    MetaValue in(Interaction interaction) {
        return switch (name) {
            case "type" -> new MetaValue.Text(interaction.type());
            case "success" -> interaction.success().map(MetaValue::of).orElse(null);
            case "time" -> interaction.time().map(MetaValue::of).orElse(null);
            case "session" -> interaction.session().map(MetaValue::of).orElse(null);
            case "speaker" -> interaction.speaker().map(MetaValue::of).orElse(null);
            case "position" ->
                interaction.position().isPresent()
                        ? new MetaValue.Whole(interaction.position().getAsInt())
                        : null;
            case "importance" -> new MetaValue.Decimal(interaction.importance());
            case "pinned" -> new MetaValue.Flag(interaction.isPinned());
            default -> interaction.meta().get(name.substring(META.length()));
        };
    }

    void checkHolds(MetaValue value) {
        kind().filter(kind -> kind != value.kind()).ifPresent(kind -> {
            throw new IllegalArgumentException(
                    "the filter on '" + name + "' must compare with " + kind + ", was " + value.kind());
        });
    }
}
