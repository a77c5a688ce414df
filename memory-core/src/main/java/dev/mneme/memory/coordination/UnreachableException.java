package dev.mneme.memory.coordination;

import dev.mneme.MnemeException;

/**
 * The server that knows the answer could not be asked, or did not answer in time; then what was asked may have been done
 * or not.
 */
public final class UnreachableException extends MnemeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param why in one line, without keys or names
     */
    public UnreachableException(String why) {
        super(why);
    }
}
