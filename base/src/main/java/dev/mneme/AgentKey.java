package dev.mneme;

/**
 * One agent of one tenant: the owner of a memory.
 *
 * @param tenant whose agent it is
 * @param agent the agent's name, unique within the tenant; 1 to {@value Tenant#MAX_ID_LENGTH} characters
 */
public record AgentKey(Tenant tenant, String agent) {

    /**
     * @throws IllegalArgumentException if the agent's name is empty, too long, or no well-formed Unicode text
     */
    public AgentKey {
        Tenant.checkId("agent", agent);
    }

    /**
     * @throws IllegalArgumentException if the tenant's id or the agent's name is empty, too long, or no well-formed
     *     Unicode text
     */
    public static AgentKey of(String tenant, String agent) {
        return new AgentKey(Tenant.of(tenant), agent);
    }

    /** This agent as it stands in stored keys: {@code tenant:agent}, each part encoded; see {@link KeyPath}. */
    public String key() {
        return tenant.key() + ':' + KeyPath.encode(agent);
    }
}
