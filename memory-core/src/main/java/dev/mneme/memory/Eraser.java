package dev.mneme.memory;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.MnemeException;
import dev.mneme.Tenant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases a tenant from every store it was given.
 *
 * <pre>{@code
 * ErasureReport report = memory.eraser().with(contexts).with(events).erase(tenant).orThrow();
 * }</pre>
 *
 * <p>Each store is erased, and then erased again until a run finds nothing: so each is read once more after the last
 * change. A store that fails does not keep the others from being erased, and erasing may be repeated. Erase the store of
 * record first, and let the tenant in no more: what a loader still finds there comes back.
 *
 * <p>Immutable. Erasing blocks, for seconds where a server is looked through; it is an operator's call.
 */
public final class Eraser {

    private static final Logger log = LoggerFactory.getLogger(Eraser.class);
    private static final int MAX_RUNS = 4;

    private final List<Erasable> stores;

    private Eraser(List<? extends Erasable> stores) {
        this.stores = List.copyOf(stores);
    }

    public static Eraser of(List<? extends Erasable> stores) {
        return new Eraser(stores);
    }

    /** This eraser with one more store. */
    public Eraser with(Erasable store) {
        var more = new ArrayList<>(stores);
        more.add(store);
        return new Eraser(more);
    }

    /** Erases all that the stores hold of the tenant. What one cannot do is told in the report. */
    public ErasureReport erase(Tenant tenant) {
        var receipts = new ArrayList<ErasureReceipt>();
        var failures = new ArrayList<ErasureReport.Failure>();
        for (Erasable store : stores) {
            String name = store.getClass().getSimpleName();
            try {
                receipts.add(eraseUntilEmpty(store, tenant));
            } catch (RuntimeException e) {
                // the message of ours has no user data; of others', who knows
                String reason = e instanceof MnemeException
                        ? String.valueOf(e.getMessage())
                        : e.getClass().getSimpleName();
                log.warn("{} could not be erased: {}", name, reason);
                failures.add(new ErasureReport.Failure(name, reason));
            }
        }
        return new ErasureReport(tenant, receipts, failures);
    }

    private static ErasureReceipt eraseUntilEmpty(Erasable store, Tenant tenant) {
        long records = 0;
        for (int run = 1; run <= MAX_RUNS; run++) {
            ErasureReceipt receipt = store.erase(tenant);
            records += receipt.records();
            if (receipt.records() == 0) {
                return new ErasureReceipt(receipt.store(), tenant, records);
            }
        }
        throw new MnemeException(
                "after " + MAX_RUNS + " runs the tenant's records still came back: is the store of record erased?");
    }
}
