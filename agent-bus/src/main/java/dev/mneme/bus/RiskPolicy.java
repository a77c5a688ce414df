package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.coordination.ApprovalRisk;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says how much may go wrong: what is {@link ApprovalRisk#LOW} is approved without asking anybody. Called on threads of the
 * bus, under no lock; if it throws, what it was asked for fails.
 */
@FunctionalInterface
public interface RiskPolicy {

    /**
     * @param operation the class of what is to be done
     * @param arguments what it is to be done with: of a plan's node the answer that it is about; null if nothing is said
     */
    ApprovalRisk risk(String operation, @Nullable Object arguments);

    /** The same for everything. */
    static RiskPolicy always(ApprovalRisk risk) {
        requireNonNull(risk, "risk");
        return (operation, arguments) -> risk;
    }

    /** By the operation alone; {@code otherwise} for those that are not named. */
    static RiskPolicy byOperation(Map<String, ApprovalRisk> risks, ApprovalRisk otherwise) {
        Map<String, ApprovalRisk> known = Map.copyOf(risks);
        requireNonNull(otherwise, "otherwise");
        return (operation, arguments) -> known.getOrDefault(operation, otherwise);
    }
}
