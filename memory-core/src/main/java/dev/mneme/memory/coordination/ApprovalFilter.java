package dev.mneme.memory.coordination;

import static java.util.Objects.requireNonNull;

import dev.mneme.Tenant;
import java.util.Optional;

/**
 * Which requests for approval are meant.
 *
 * @param tenant whose; empty for everybody's, the host's own included
 * @param operation which class of operations; empty for all
 */
public record ApprovalFilter(Optional<Tenant> tenant, Optional<String> operation) {

    public ApprovalFilter {
        requireNonNull(tenant, "tenant");
        operation.ifPresent(name -> ApprovalRequest.checkText("operation", name, 1, ApprovalRequest.MAX_OPERATION));
    }

    /** Everybody's, of all operations: for operators. */
    public static ApprovalFilter all() {
        return new ApprovalFilter(Optional.empty(), Optional.empty());
    }

    public static ApprovalFilter of(Tenant tenant) {
        return new ApprovalFilter(Optional.of(tenant), Optional.empty());
    }

    /**
     * Of one class of operations only.
     *
     * @throws IllegalArgumentException if it is empty or too long
     */
    public ApprovalFilter operation(String operation) {
        return new ApprovalFilter(tenant, Optional.of(operation));
    }

    boolean matches(ApprovalRequest request) {
        return (tenant.isEmpty() || tenant.equals(request.tenant()))
                && (operation.isEmpty() || operation.get().equals(request.operation()));
    }

    /** Without names, which are the users'. */
    @Override
    public String toString() {
        return "ApprovalFilter[tenant=" + tenant.isPresent() + ", operation=" + operation.isPresent() + ']';
    }
}
