package dev.mneme.memory.coordination;

import java.time.Duration;

/**
 * What holds for all requests for approval of a memory; all instances set up the same.
 *
 * @param keepFor how long a decided request is known, and a no counts; 1 ms to 365 days
 * @param maxPending the most requests that wait, of all tenants together; 1 to 1,000,000
 * @param maxPendingOfTenant the most of one tenant, or of the host itself; 1 to 1,000,000
 * @param maxHistoryOfTenant the most decided ones that are kept of one tenant, beyond which the oldest go; 1 to 1,000,000
 * @param maxRequests how often the same may be asked if the answer is no each time; 1 to 1,000
 */
public record ApprovalLimits(
        Duration keepFor, int maxPending, int maxPendingOfTenant, int maxHistoryOfTenant, int maxRequests) {

    private static final int MOST = 1_000_000;
    private static final int MOST_REQUESTS = 1_000;
    private static final Duration LONGEST = Duration.ofDays(365);

    /**
     * @throws IllegalArgumentException if a limit is out of its range
     */
    public ApprovalLimits {
        if (keepFor.toMillis() < 1 || keepFor.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("keepFor must be 1 ms to 365 days, was " + keepFor);
        }
        within("maxPending", maxPending, MOST);
        within("maxPendingOfTenant", maxPendingOfTenant, MOST);
        within("maxHistoryOfTenant", maxHistoryOfTenant, MOST);
        within("maxRequests", maxRequests, MOST_REQUESTS);
    }

    /** Kept for 7 days; 100,000 that wait, 10,000 of a tenant; 10,000 decided of a tenant; 3 requests. */
    public static ApprovalLimits defaults() {
        return new ApprovalLimits(Duration.ofDays(7), 100_000, 10_000, 10_000, 3);
    }

    public ApprovalLimits withKeepFor(Duration keepFor) {
        return new ApprovalLimits(keepFor, maxPending, maxPendingOfTenant, maxHistoryOfTenant, maxRequests);
    }

    public ApprovalLimits withMaxPending(int maxPending, int maxPendingOfTenant) {
        return new ApprovalLimits(keepFor, maxPending, maxPendingOfTenant, maxHistoryOfTenant, maxRequests);
    }

    public ApprovalLimits withMaxHistoryOfTenant(int maxHistoryOfTenant) {
        return new ApprovalLimits(keepFor, maxPending, maxPendingOfTenant, maxHistoryOfTenant, maxRequests);
    }

    public ApprovalLimits withMaxRequests(int maxRequests) {
        return new ApprovalLimits(keepFor, maxPending, maxPendingOfTenant, maxHistoryOfTenant, maxRequests);
    }

    private static void within(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(what + " must be 1 to " + most + ", was " + value);
        }
    }
}
