package dev.mneme.events;

/** Data that does not fit its record; says where and which rule, never the data. */
final class BadValue extends RuntimeException {

    private final String path;
    private final String rule;

    BadValue(String rule) {
        this("", rule);
    }

    private BadValue(String path, String rule) {
        // thrown for what came over the wire, perhaps often: a stack trace would tell nothing
        super(rule, null, false, false);
        this.path = path;
        this.rule = rule;
    }

    /** The same, seen from one level up. */
    BadValue in(String name) {
        String separator = path.isEmpty() || path.startsWith("[") ? "" : ".";
        return new BadValue(name + separator + path, rule);
    }

    @Override
    public String getMessage() {
        return path.isEmpty() ? "the data " + rule : path + " " + rule;
    }
}
