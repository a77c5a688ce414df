package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import dev.mneme.events.SchemaChange.Rule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares a version of an event, as it was, with what it is. */
final class SchemaDiff {

    private final String type;
    private final int version;
    private final int nextVersion;
    private final List<SchemaChange> changes = new ArrayList<>();

    private SchemaDiff(String type, int version, int nextVersion) {
        this.type = type;
        this.version = version;
        this.nextVersion = nextVersion;
    }

    static List<SchemaChange> of(String type, int version, int nextVersion, VersionSchema before, VersionSchema after) {
        var diff = new SchemaDiff(type, version, nextVersion);
        if (!before.priority().equals(after.priority())) {
            diff.add("", Rule.PRIORITY_CHANGED, before.priority(), after.priority());
        }
        if (before.minReader() != after.minReader()) {
            diff.add(
                    "",
                    before.minReader() < after.minReader() ? Rule.MIN_READER_RAISED : Rule.MIN_READER_LOWERED,
                    String.valueOf(before.minReader()),
                    String.valueOf(after.minReader()));
        }
        diff.fields("", before.data().fields(), after.data().fields());
        return diff.changes;
    }

    /** The rules of a new version that data of the version before it may break. */
    static List<SchemaChange> ofStep(
            String type, int version, int nextVersion, VersionSchema before, VersionSchema after) {
        var diff = new SchemaDiff(type, version, nextVersion);
        after.data().fields().forEach((name, field) -> {
            FieldSchema old = before.data().fields().get(name);
            if (old != null && old.type().kind().equals(field.type().kind())) {
                for (String rule : bothRules(old, field)) {
                    if (Narrowing.isTighter(
                            rule, old.rules().get(rule), field.rules().get(rule))) {
                        diff.add(name, Rule.STEP_TIGHTENED, Narrowing.text(rule, old), Narrowing.text(rule, field));
                    }
                }
            }
        });
        return diff.changes;
    }

    private void fields(String path, Map<String, FieldSchema> before, Map<String, FieldSchema> after) {
        Set<String> gone = without(before, after);
        Set<String> fresh = without(after, before);
        for (String name : List.copyOf(gone)) {
            for (String other : List.copyOf(fresh)) {
                if (requireNonNull(before.get(name))
                        .type()
                        .equals(requireNonNull(after.get(other)).type())) {
                    add(path + name, Rule.FIELD_RENAMED, path + name, path + other);
                    gone.remove(name);
                    fresh.remove(other);
                    break;
                }
            }
        }
        for (String name : gone) {
            add(
                    path + name,
                    Rule.FIELD_REMOVED,
                    requireNonNull(before.get(name)).type().describe(),
                    "");
        }
        for (String name : fresh) {
            FieldSchema field = requireNonNull(after.get(name));
            add(
                    path + name,
                    field.required() ? Rule.REQUIRED_FIELD_ADDED : Rule.FIELD_ADDED,
                    "",
                    field.type().describe());
        }
        var kept = new ArrayList<>(before.keySet());
        kept.retainAll(after.keySet());
        for (String name : kept) {
            field(path + name, requireNonNull(before.get(name)), requireNonNull(after.get(name)));
        }
        var keptNow = new ArrayList<>(after.keySet());
        keptNow.retainAll(before.keySet());
        if (!kept.equals(keptNow)) {
            String where = path.isEmpty() ? "" : path.substring(0, path.length() - 1);
            add(where, Rule.FIELD_ORDER, String.join(", ", kept), String.join(", ", keptNow));
        }
    }

    private void field(String path, FieldSchema before, FieldSchema after) {
        if (before.required() != after.required()) {
            add(
                    path,
                    after.required() ? Rule.FIELD_NOW_REQUIRED : Rule.FIELD_NOW_OPTIONAL,
                    before.required() ? "required" : "optional",
                    after.required() ? "required" : "optional");
        }
        if (before.personal() != after.personal()) {
            add(path, after.personal() ? Rule.PERSONAL_ADDED : Rule.PERSONAL_REMOVED, "", "");
        }
        type(path, before.type(), after.type());
        if (!before.type().kind().equals(after.type().kind())) {
            return; // rules of another type say nothing
        }
        for (String rule : bothRules(before, after)) {
            Long old = before.rules().get(rule);
            Long now = after.rules().get(rule);
            if (Narrowing.isTighter(rule, old, now)) {
                add(path, Rule.RULE_TIGHTENED, Narrowing.text(rule, before), Narrowing.text(rule, after));
            } else if (Narrowing.isTighter(rule, now, old)) {
                add(path, Rule.RULE_LOOSENED, Narrowing.text(rule, before), Narrowing.text(rule, after));
            }
        }
    }

    private void type(String path, TypeSchema before, TypeSchema after) {
        if (!before.kind().equals(after.kind())) {
            boolean wider = Narrowing.takes(after.kind(), before.kind());
            add(path, wider ? Rule.FIELD_WIDENED : Rule.FIELD_TYPE, before.describe(), after.describe());
            return;
        }
        switch (before.kind()) {
            case TypeSchema.ENUM -> constants(path, before, after);
            case TypeSchema.LIST -> type(path + "[]", requireNonNull(before.of()), requireNonNull(after.of()));
            case TypeSchema.MAP -> type(path + "{}", requireNonNull(before.of()), requireNonNull(after.of()));
            case TypeSchema.RECORD -> fields(path + ".", before.fields(), after.fields());
            default -> {}
        }
    }

    private void constants(String path, TypeSchema before, TypeSchema after) {
        if (before.isOpen() != after.isOpen()) {
            add(path, after.isOpen() ? Rule.ENUM_OPENED : Rule.ENUM_CLOSED, before.describe(), after.describe());
        }
        for (String constant : before.constants()) {
            if (!after.constants().contains(constant) && !constant.equals(EnumShape.UNKNOWN)) {
                add(
                        path,
                        after.isOpen() ? Rule.CONSTANT_REMOVED : Rule.CONSTANT_REMOVED_FROM_CLOSED,
                        constant,
                        after.isOpen() ? EnumShape.UNKNOWN : "");
            }
        }
        for (String constant : after.constants()) {
            if (!before.constants().contains(constant) && !constant.equals(EnumShape.UNKNOWN)) {
                add(path, before.isOpen() ? Rule.CONSTANT_ADDED : Rule.CONSTANT_ADDED_TO_CLOSED, "", constant);
            }
        }
        var kept = new ArrayList<>(before.constants());
        kept.retainAll(after.constants());
        var keptNow = new ArrayList<>(after.constants());
        keptNow.retainAll(before.constants());
        if (!kept.equals(keptNow)) {
            add(path, Rule.CONSTANT_ORDER, String.join(", ", kept), String.join(", ", keptNow));
        }
    }

    private void add(String field, Rule rule, String before, String after) {
        changes.add(new SchemaChange(type, version, field, rule, before, after, nextVersion));
    }

    private static Set<String> bothRules(FieldSchema one, FieldSchema other) {
        var rules = new TreeSet<>(one.rules().keySet());
        rules.addAll(other.rules().keySet());
        return rules;
    }

    private static Set<String> without(Map<String, FieldSchema> from, Map<String, FieldSchema> others) {
        var names = new LinkedHashSet<>(from.keySet());
        names.removeAll(others.keySet());
        return names;
    }
}
