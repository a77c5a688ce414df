package dev.mneme;

/**
 * A store of user data that can forget one tenant.
 *
 * <p>Erasing may be repeated: a second run finds nothing and counts zero.
 */
public interface Erasable {

    /**
     * Erases all that this store holds of the tenant, and returns once it is gone for every reader.
     *
     * @return what was erased, counted
     * @throws MnemeException if the store cannot say that all is gone; then erase again
     */
    ErasureReceipt erase(Tenant tenant);
}
