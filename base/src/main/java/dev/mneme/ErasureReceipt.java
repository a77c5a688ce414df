package dev.mneme;

/**
 * What a store erased of a tenant.
 *
 * @param store the store's name, as an operator knows it; no user data
 * @param tenant whose data it was
 * @param records how many records were erased; zero when there were none
 */
public record ErasureReceipt(String store, Tenant tenant, long records) {

    /**
     * @throws IllegalArgumentException if {@code records} is below zero
     */
    public ErasureReceipt {
        if (records < 0) {
            throw new IllegalArgumentException("records must be at least 0, was " + records);
        }
    }
}
