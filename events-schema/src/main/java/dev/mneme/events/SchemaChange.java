package dev.mneme.events;

/**
 * One difference between an event as it was released and as it is now.
 *
 * @param type the event's name
 * @param version the version it is in
 * @param field where in the data, as {@code owner.name} or {@code parts[].count}; empty if it is about the version
 * @param rule which kind of change it is
 * @param before how it was; may be empty
 * @param after how it is; may be empty
 * @param nextVersion the version that a change of this event can be made in
 */
public record SchemaChange(
        String type, int version, String field, Rule rule, String before, String after, int nextVersion) {

    /** How much a change may break. */
    public enum Impact {
        /** Events that were stored, or readers that are running, break. */
        WIRE,
        /** All can still be read, and something may be understood otherwise. */
        SEMANTIC,
        /** Nothing breaks. */
        SAFE
    }

    /**
     * The kinds of change. What was written must be readable by what is now, and what is written now by those who read
     * it until they are upgraded.
     */
    public enum Rule {
        /** A new event. */
        TYPE_ADDED(Impact.SAFE),
        /** An event is gone, with those that were stored. */
        TYPE_REMOVED(Impact.WIRE),
        /** A new version. */
        VERSION_ADDED(Impact.SAFE),
        /** A version is gone, and what was stored in it cannot be read. */
        VERSION_REMOVED(Impact.WIRE),
        /** Fewer old readers take it; the others park it. */
        MIN_READER_RAISED(Impact.SEMANTIC),
        /** More old readers take it. */
        MIN_READER_LOWERED(Impact.SEMANTIC),
        /** An older version's record cannot read this version, though {@code minReader} says so. */
        MIN_READER_FALSE(Impact.WIRE),
        /** It is more or less urgent, and parked or skipped otherwise. */
        PRIORITY_CHANGED(Impact.SEMANTIC),
        /** A new field that may be absent. */
        FIELD_ADDED(Impact.SAFE),
        /** A new field that stored events do not have. */
        REQUIRED_FIELD_ADDED(Impact.WIRE),
        /** A field is gone. */
        FIELD_REMOVED(Impact.WIRE),
        /** A field is gone, and one of the same type is new. */
        FIELD_RENAMED(Impact.WIRE),
        /** Stored events may lack it. */
        FIELD_NOW_REQUIRED(Impact.WIRE),
        /** Running readers insist on it. */
        FIELD_NOW_OPTIONAL(Impact.WIRE),
        /** Its type is another. */
        FIELD_TYPE(Impact.WIRE),
        /** Its type takes more: stored events can be read, but running readers cannot read new ones. */
        FIELD_WIDENED(Impact.WIRE),
        /** The fields stand in another order, and so do the bytes. */
        FIELD_ORDER(Impact.SAFE),
        /** A constant is new, and running readers take it for {@code UNKNOWN}. */
        CONSTANT_ADDED(Impact.SAFE),
        /** A constant is new, and running readers have no {@code UNKNOWN} to take it for. */
        CONSTANT_ADDED_TO_CLOSED(Impact.WIRE),
        /** A constant is gone, and stored events that have it say {@code UNKNOWN}. */
        CONSTANT_REMOVED(Impact.SEMANTIC),
        /** A constant is gone, and stored events that have it cannot be read. */
        CONSTANT_REMOVED_FROM_CLOSED(Impact.WIRE),
        /** The enum has {@code UNKNOWN} now. */
        ENUM_OPENED(Impact.SEMANTIC),
        /** The enum has lost {@code UNKNOWN}. */
        ENUM_CLOSED(Impact.WIRE),
        /** The constants stand in another order. */
        CONSTANT_ORDER(Impact.SAFE),
        /** Stored events may break a rule that is new or narrower. */
        RULE_TIGHTENED(Impact.WIRE),
        /** Running readers may refuse what a wider rule lets through. */
        RULE_LOOSENED(Impact.SEMANTIC),
        /** A new version has a rule that events of the version before it may break when they are upcast. */
        STEP_TIGHTENED(Impact.SEMANTIC),
        /** It is personal now. */
        PERSONAL_ADDED(Impact.SEMANTIC),
        /** It is no longer personal. */
        PERSONAL_REMOVED(Impact.SEMANTIC),
        /** A new sample. */
        SAMPLE_ADDED(Impact.SAFE),
        /** A sample is not what it was. */
        SAMPLE_EDITED(Impact.WIRE),
        /** A sample is gone. */
        SAMPLE_REMOVED(Impact.WIRE),
        /** A sample cannot be decoded. */
        SAMPLE_UNREADABLE(Impact.WIRE);

        private final Impact impact;

        Rule(Impact impact) {
            this.impact = impact;
        }

        public Impact impact() {
            return impact;
        }
    }

    public Impact impact() {
        return rule.impact();
    }

    /** The change in one line, as it stands in an acknowledgement. */
    public String what() {
        var text = new StringBuilder(type).append(" v").append(version);
        if (!field.isEmpty()) {
            text.append(": field '").append(field).append('\'');
        }
        text.append(' ').append(rule);
        if (!before.isEmpty() || !after.isEmpty()) {
            text.append(": ").append(before.isEmpty() ? "nothing" : before);
            text.append(" -> ").append(after.isEmpty() ? "nothing" : after);
        }
        return text.toString();
    }

    /** What to do instead, or to let it through. */
    public String remedy() {
        return switch (rule) {
            case TYPE_REMOVED, VERSION_REMOVED -> "keep the record as long as such events are stored or sent";
            case MIN_READER_FALSE -> "raise minReader to the oldest version that can read it";
            case FIELD_RENAMED ->
                inAnotherVersion() + " that says data.rename(\"" + last(before) + "\", \"" + last(after) + "\")";
            case SAMPLE_EDITED, SAMPLE_REMOVED -> "take the sample from version control again; add another beside it";
            case SAMPLE_UNREADABLE -> "make the upcasters and the records read it; it was released like this";
            default ->
                switch (impact()) {
                    case WIRE -> inAnotherVersion();
                    case SEMANTIC -> "acknowledge it in the lock, with date and reason";
                    case SAFE -> "accept it with -D" + SchemaLock.ACCEPT + "=true";
                };
        };
    }

    @Override
    public String toString() {
        return impact() + "  " + what() + "  -> " + remedy();
    }

    private String inAnotherVersion() {
        return "leave version " + version + " as it was, add version " + nextVersion + " and an upcaster from "
                + (nextVersion - 1);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
