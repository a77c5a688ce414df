package dev.mneme.examples.outage;

import java.util.List;
import java.util.Map;

/** What the client of a model throws for an answer that is not 200. */
final class ModelException extends Exception {

    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, List<String>> headers;

    ModelException(int status, Map<String, List<String>> headers) {
        super("the model answered " + status);
        this.status = status;
        this.headers = headers;
    }

    int status() {
        return status;
    }

    Map<String, List<String>> headers() {
        return headers;
    }
}
