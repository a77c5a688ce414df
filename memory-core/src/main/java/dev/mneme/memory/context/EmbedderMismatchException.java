package dev.mneme.memory.context;

/**
 * A store whose vectors were made by another embedder than the one it is opened with: their similarities would mean
 * nothing. Open it with the first, or move it into a store of the second with a {@code ContextMigration}.
 */
public final class EmbedderMismatchException extends ContextStoreException {

    private final String stored;
    private final String given;

    /**
     * @param where the store, as an operator knows it
     * @param stored the fingerprint its vectors were made with
     * @param given the fingerprint of the embedder it is opened with
     */
    public EmbedderMismatchException(String where, String stored, String given) {
        super(
                where + " holds vectors of the embedder '" + stored + "' and cannot be opened with '" + given
                        + "'; open it with the embedder it was made with, or move it into a store of the new one by"
                        + " ContextMigration.from(it).to(the new store).run()",
                null);
        this.stored = stored;
        this.given = given;
    }

    /** The fingerprint that the store's vectors were made with. */
    public String stored() {
        return stored;
    }

    /** The fingerprint that the store was opened with. */
    public String given() {
        return given;
    }
}
