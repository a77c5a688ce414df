package dev.mneme.events;

import java.util.regex.Pattern;

/** What {@link EventType} says of a record, checked. */
record EventDeclaration(String name, int version, int minReader, Priority priority) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)*");

    private static final ClassValue<EventDeclaration> BY_CLASS = new ClassValue<>() {
        @Override
        protected EventDeclaration computeValue(Class<?> type) {
            return read(type);
        }
    };

    /**
     * @throws IllegalArgumentException if the class is no event: no record, no annotation, or a bad one
     */
    static EventDeclaration of(Class<?> type) {
        return BY_CLASS.get(type);
    }

    static boolean isName(String name) {
        return name.length() <= EventType.MAX_NAME_LENGTH && NAME.matcher(name).matches();
    }

    private static EventDeclaration read(Class<?> type) {
        if (!type.isRecord() || !Event.class.isAssignableFrom(type)) {
            throw new IllegalArgumentException(
                    "an event must be a record that implements Event, was " + type.getName());
        }
        EventType declared = type.getAnnotation(EventType.class);
        if (declared == null) {
            throw new IllegalArgumentException("an event must have @EventType, " + type.getName() + " has none");
        }
        if (!isName(declared.name())) {
            throw new IllegalArgumentException(
                    "an event's name must be words of a-z, 0-9 and - joined by dots, at most "
                            + EventType.MAX_NAME_LENGTH + " characters, was '" + declared.name() + "' on "
                            + type.getName());
        }
        if (declared.version() < 1) {
            throw new IllegalArgumentException(
                    "an event's version must be at least 1, was " + declared.version() + " on " + type.getName());
        }
        int minReader = declared.minReader() == 0 ? declared.version() : declared.minReader();
        if (minReader < 1 || minReader > declared.version()) {
            throw new IllegalArgumentException("minReader must be between 1 and the version " + declared.version()
                    + ", was " + declared.minReader() + " on " + type.getName());
        }
        return new EventDeclaration(declared.name(), declared.version(), minReader, declared.priority());
    }

    @Override
    public String toString() {
        return name + " v" + version;
    }
}
