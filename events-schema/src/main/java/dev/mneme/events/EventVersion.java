package dev.mneme.events;

/** One version of an event: what its record declares, and the record's shape. */
record EventVersion(EventDeclaration declaration, RecordShape shape) {

    static EventVersion of(Class<?> type) {
        return new EventVersion(EventDeclaration.of(type), Shapes.of(type));
    }

    int number() {
        return declaration.version();
    }
}
