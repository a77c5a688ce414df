package dev.mneme.events.stream;

import dev.mneme.MnemeException;

/** The event was not stored, for the stream holds as many unhandled events as it may: publish it again later. */
public final class StreamFullException extends MnemeException {

    /**
     * @param stream the stream's name, as an operator knows it
     * @param unhandled the events that it holds and that some group has not handled, dead letters included
     */
    public StreamFullException(String stream, long unhandled) {
        super("the event was not stored: event stream '" + stream + "' holds " + unhandled
                + " events that some group has not handled, as many or as large as it may; publish again when they are"
                + " handled, or its dead letters discarded");
    }
}
