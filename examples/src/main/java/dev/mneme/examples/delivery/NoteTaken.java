package dev.mneme.examples.delivery;

import dev.mneme.events.Check;
import dev.mneme.events.Event;
import dev.mneme.events.EventType;

/** An agent took a note. */
@EventType(name = "note.taken", version = 1)
record NoteTaken(String noteId, String text) implements Event {

    NoteTaken {
        Check.notBlank(noteId, "noteId");
        Check.maxLength(text, 10_000, "text");
    }
}
