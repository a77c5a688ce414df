package dev.mneme;

/**
 * The owner of data: a user, an account, a customer; whoever must never see another's records, and may ask for the
 * erasure of all of their own.
 *
 * @param id any text of 1 to {@value #MAX_ID_LENGTH} characters
 */
public record Tenant(String id) {

    /** The most characters (UTF-16 units) an id may have. */
    public static final int MAX_ID_LENGTH = 256;

    /**
     * @throws IllegalArgumentException if the id is empty, too long, or no well-formed Unicode text
     */
    public Tenant {
        checkId("tenant", id);
    }

    public static Tenant of(String id) {
        return new Tenant(id);
    }

    /** This tenant as it stands in stored keys; see {@link KeyPath}. */
    public String key() {
        return KeyPath.encode(id);
    }

    static void checkId(String what, String id) {
        if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
            throw new IllegalArgumentException(
                    what + " must have 1 to " + MAX_ID_LENGTH + " characters, had " + id.length());
        }
        KeyPath.encode(id);
    }
}
