package dev.mneme.examples.outage;

import java.net.ConnectException;

/** A memory server that can be gone. */
final class FakeStore {

    private volatile boolean gone;

    String recall(String question) throws ConnectException {
        ping();
        return "what was said about " + question;
    }

    void ping() throws ConnectException {
        if (gone) {
            throw new ConnectException("Connection refused");
        }
    }

    void goesAway() {
        gone = true;
    }

    void isBack() {
        gone = false;
    }
}
