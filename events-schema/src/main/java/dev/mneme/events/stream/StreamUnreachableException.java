package dev.mneme.events.stream;

import dev.mneme.MnemeException;
import org.jspecify.annotations.Nullable;

/**
 * A stream or sink gave no answer: whether the call took effect is not known.
 *
 * <p>Publish again (the stream may then hold the event twice, under one id), or ask by {@link EventSink#resume}.
 */
public final class StreamUnreachableException extends MnemeException {

    /**
     * @param stream the stream's name, as an operator knows it
     */
    public StreamUnreachableException(String stream, @Nullable Throwable cause) {
        super("no answer from event stream '" + stream + "': whether the call took effect is not known", cause);
    }
}
