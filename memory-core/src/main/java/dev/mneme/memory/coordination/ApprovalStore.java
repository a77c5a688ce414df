package dev.mneme.memory.coordination;

import dev.mneme.Erasable;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Requests for approval, and what was decided about them, once for all instances of a host.
 *
 * <pre>{@code
 * ApprovalRecord asked = approvals.request(ApprovalRequest.of("publish", "Publish the report?").by(tenant)).optional().orElseThrow();
 * approvals.decide(asked.id(), ApprovalVerdict.approve("bob"))
 *         .handle(this::publish, before -> tell(before.state()), late -> tell(late.state()), unknown -> notFound());
 * }</pre>
 *
 * <p>A request has one end: of a yes, a no, a withdrawal and the deadline, whichever comes first at the store, by its clock
 * alone. A request whose deadline has passed is ended by whichever call meets it first, at the latest by the first that asks
 * for it.
 *
 * <p>Who may decide is the host's to check: an id is all that {@link #decide(String, ApprovalVerdict)} needs, and the variant
 * with a tenant refuses another tenant's.
 *
 * <p>Safe for use by many threads. Each call blocks for at most the time-out of the server behind it, and throws {@link
 * UnreachableException} when that is away; then a request or a verdict may be repeated, and does no harm.
 */
public interface ApprovalStore extends Erasable {

    /** One in the memory of this process: nothing survives it, and no other hears of it. */
    static ApprovalStore inProcess(ApprovalLimits limits, Ticker ticker) {
        return new LocalApprovalStore(limits, ticker, InstantSource.system());
    }

    /** As {@link #inProcess(ApprovalLimits, Ticker)} with {@link ApprovalLimits#defaults()}. */
    static ApprovalStore inProcess(Ticker ticker) {
        return inProcess(ApprovalLimits.defaults(), ticker);
    }

    /** The most ids of one {@link #states}. */
    int MAX_IDS = 1_000;

    /** The most requests that one {@link #decideAll} decides. */
    int MAX_BATCH = 1_000;

    /** Takes a request. One whose id is known already gives what is known, whatever else it says. */
    ApprovalAdmission request(ApprovalRequest request);

    /** Decides a request that waits. */
    ApprovalDecision decide(String id, ApprovalVerdict verdict);

    /** As {@link #decide(String, ApprovalVerdict)}, if the request is this tenant's. */
    ApprovalDecision decide(Tenant tenant, String id, ApprovalVerdict verdict);

    /**
     * Decides the oldest {@value #MAX_BATCH} of the requests that wait, as one step. Call it again until nothing is
     * returned.
     *
     * @return those decided by this call
     */
    List<ApprovalRecord> decideAll(ApprovalFilter filter, ApprovalVerdict verdict);

    /** Ends a request that nobody needs decided any more; it does not count as a no. */
    ApprovalDecision withdraw(String id);

    /** A request that waits, or was decided no longer ago than such are kept. */
    Optional<ApprovalRecord> find(String id);

    /**
     * Where these requests are; those that are not known are left out.
     *
     * @throws IllegalArgumentException if there are more than {@value #MAX_IDS}
     */
    Map<String, ApprovalState> states(Collection<String> ids);

    /** Requests that wait, oldest first. One that waits from the first page to the last is met once. */
    ApprovalPage pending(ApprovalPage.Request request);

    /** Requests that were decided, the latest first, for as long as such are kept. */
    ApprovalPage history(ApprovalPage.Request request);

    /**
     * Has ids told of requests that may have become final, here or on another instance. Only a hint: one may come twice,
     * and may be lost, so whoever waits for a request asks for it from time to time, too. Told on a thread of whoever
     * decides, or of the store; should only hand over. An empty text says that some may have been missed.
     *
     * @return ends it
     */
    Watch watch(Consumer<? super String> listener);

    /** Somebody who is told of decisions. */
    interface Watch extends AutoCloseable {

        /** Nothing is told any more but what is being told now. */
        @Override
        void close();
    }
}
