package dev.mneme.memory.coordination;

import dev.mneme.Tenant;
import java.util.List;
import java.util.Optional;

/**
 * A part of the live sessions, in an order that stays while sessions come and go.
 *
 * @param sessions those on this page; may be fewer than asked for though there are more
 * @param next how to ask for what follows; empty on the last page
 */
public record SessionPage(List<Session> sessions, Optional<Request> next) {

    /** The most sessions on a page. */
    public static final int MAX_LIMIT = 1_000;

    public SessionPage {
        sessions = List.copyOf(sessions);
    }

    /**
     * Which sessions are asked for.
     *
     * @param tenant whose; empty for all
     * @param limit how many at most
     * @param after where the page before ended; empty for the first
     */
    public record Request(Optional<Tenant> tenant, int limit, String after) {

        /**
         * @throws IllegalArgumentException if {@code limit} is not 1 to {@value SessionPage#MAX_LIMIT}
         */
        public Request {
            if (limit < 1 || limit > MAX_LIMIT) {
                throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ", was " + limit);
            }
        }

        /** The first page of all tenants' sessions. */
        public static Request of(int limit) {
            return new Request(Optional.empty(), limit, "");
        }

        /** The first page of one tenant's sessions. */
        public static Request of(Tenant tenant, int limit) {
            return new Request(Optional.of(tenant), limit, "");
        }

        /** Without names, which are the users'. */
        @Override
        public String toString() {
            return "Request[limit=" + limit + ']';
        }
    }
}
