package dev.mneme.memory;

import dev.mneme.ErasureReceipt;
import dev.mneme.MnemeException;
import dev.mneme.Tenant;
import java.util.List;

/**
 * What an {@link Eraser} did.
 *
 * @param tenant whose data it was
 * @param receipts one of each store that was erased and then looked through again without a find; the counts of all runs
 *     together
 * @param failures of the others
 */
public record ErasureReport(Tenant tenant, List<ErasureReceipt> receipts, List<Failure> failures) {

    /**
     * A store of which it is not known that all is gone.
     *
     * @param store what it is: the simple name of its class
     * @param reason why
     */
    public record Failure(String store, String reason) {}

    public ErasureReport {
        receipts = List.copyOf(receipts);
        failures = List.copyOf(failures);
    }

    /** Whether every store was erased. */
    public boolean isComplete() {
        return failures.isEmpty();
    }

    /** How many records were erased in all stores. */
    public long records() {
        return receipts.stream().mapToLong(ErasureReceipt::records).sum();
    }

    /**
     * This report, if it is complete.
     *
     * @throws MnemeException if it is not; the message names the stores and the reasons
     */
    public ErasureReport orThrow() {
        if (!isComplete()) {
            throw new MnemeException("not every store could be erased, erase again: " + failures);
        }
        return this;
    }
}
