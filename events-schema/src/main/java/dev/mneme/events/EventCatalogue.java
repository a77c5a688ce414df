package dev.mneme.events;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The events of a registry, written down: names, versions, fields with their rules, priorities, personal data, and
 * which versions are led to the next.
 *
 * <p>It needs no running host. The same registry gives the same text, on every JDK; lines end with {@code \n}.
 */
public final class EventCatalogue {

    private final EventRegistry registry;

    private EventCatalogue(EventRegistry registry) {
        this.registry = registry;
    }

    /**
     * @throws IllegalArgumentException if the registry is not whole; see {@link EventRegistry#check}
     */
    public static EventCatalogue of(EventRegistry registry) {
        return new EventCatalogue(registry.check());
    }

    /** A section for each event, sorted by name, the newest version first. */
    public String toMarkdown() {
        var text = new StringBuilder();
        for (EventFamily family : registry.families()) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append("### ")
                    .append(family.name())
                    .append('\n');
            newestFirst(family).forEach(version -> markdown(text, family, version));
        }
        return text.toString();
    }

    /** The same as an object by name and version. */
    public String toJson() {
        var events = new LinkedHashMap<String, Object>();
        for (EventFamily family : registry.families()) {
            var versions = new LinkedHashMap<String, Object>();
            family.versions().forEach((number, version) -> versions.put(number.toString(), json(family, version)));
            events.put(family.name(), versions);
        }
        return JsonText.of(events);
    }

    private static List<EventVersion> newestFirst(EventFamily family) {
        var versions = new ArrayList<>(family.versions().values());
        java.util.Collections.reverse(versions);
        return versions;
    }

    private static Map<String, Object> json(EventFamily family, EventVersion version) {
        var json = new LinkedHashMap<String, Object>();
        json.put("record", version.shape().type().getSimpleName());
        json.put("priority", version.declaration().priority().name());
        json.put("minReader", version.declaration().minReader());
        json.put("upcast", family.hasUpcaster(version.number()));
        json.put("fields", TypeSchema.of(version.shape()).fieldsToJson());
        return json;
    }

    private static void markdown(StringBuilder text, EventFamily family, EventVersion version) {
        EventDeclaration declared = version.declaration();
        text.append("\n**Version ").append(declared.version()).append("** `");
        text.append(version.shape().type().getSimpleName())
                .append("`, priority ")
                .append(declared.priority());
        text.append(", read by version ").append(declared.minReader()).append(" and later");
        if (family.hasUpcaster(declared.version())) {
            text.append(", upcast to version ").append(declared.version() + 1);
        }
        text.append(".\n\n");
        Map<String, FieldSchema> fields = TypeSchema.of(version.shape()).fields();
        if (fields.isEmpty()) {
            text.append("No fields.\n");
            return;
        }
        text.append("| field | type | rules |\n|---|---|---|\n");
        rows(text, "", fields);
    }

    private static void rows(StringBuilder text, String path, Map<String, FieldSchema> fields) {
        fields.forEach((name, field) -> {
            text.append("| `")
                    .append(path)
                    .append(name)
                    .append("` | ")
                    .append(type(field.type()))
                    .append(" | ");
            text.append(rules(field)).append(" |\n");
            nested(text, path + name, field.type());
        });
    }

    private static void nested(StringBuilder text, String path, TypeSchema type) {
        if (type.kind().equals(TypeSchema.RECORD)) {
            rows(text, path + ".", type.fields());
        } else if (type.of() != null) {
            nested(text, path + (type.kind().equals(TypeSchema.LIST) ? "[]" : "{}"), type.of());
        }
    }

    private static String type(TypeSchema type) {
        if (type.kind().equals(TypeSchema.RECORD)) {
            return "record";
        }
        return type.of() == null ? type.describe() : type.kind() + " of " + type(type.of());
    }

    private static String rules(FieldSchema field) {
        var rules = new ArrayList<String>();
        rules.add(field.required() ? "required" : "optional");
        if (field.personal()) {
            rules.add("**personal**");
        }
        rules.add(new TreeMap<>(field.rules())
                .keySet().stream().map(rule -> Narrowing.text(rule, field)).collect(Collectors.joining(", ")));
        return rules.stream().filter(rule -> !rule.isEmpty()).collect(Collectors.joining(", "));
    }
}
