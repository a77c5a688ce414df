package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A part of the requests that wait, or of those that were decided.
 *
 * @param records those on this page
 * @param next how to ask for what follows; empty on the last page
 */
public record ApprovalPage(List<ApprovalRecord> records, Optional<Request> next) {

    /** The most records on a page. */
    public static final int MAX_LIMIT = 1_000;

    public ApprovalPage {
        records = List.copyOf(records);
        requireNonNull(next, "next");
    }

    /**
     * Which page is asked for.
     *
     * @param filter of which requests
     * @param limit how many at most
     * @param after where the page before ended; 0 for the first
     */
    public record Request(ApprovalFilter filter, int limit, long after) {

        /**
         * @throws IllegalArgumentException if {@code limit} is not 1 to {@value ApprovalPage#MAX_LIMIT}, or {@code after}
         *     is below zero
         */
        public Request {
            requireNonNull(filter, "filter");
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", was " + limit);
            }
            if (after < 0) {
                throw new IllegalArgumentException("after must be at least 0, was " + after);
            }
        }

        /** The first page. */
        public static Request of(ApprovalFilter filter, int limit) {
            return new Request(filter, limit, 0);
        }
    }
}
