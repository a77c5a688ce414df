package dev.mneme.examples.companion;

/** Something a user can mend: arguments or a file. The message is one line, and is all that the user sees. */
public final class BadInputException extends RuntimeException {

    BadInputException(String message) {
        super(message);
    }
}
