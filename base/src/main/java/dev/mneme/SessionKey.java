package dev.mneme;

/**
 * One session of one tenant: a conversation, a call, a run of work that belongs together.
 *
 * @param tenant whose session it is
 * @param session the session's name, unique within the tenant; 1 to {@value Tenant#MAX_ID_LENGTH} characters
 */
public record SessionKey(Tenant tenant, String session) {

    /**
     * @throws IllegalArgumentException if the session's name is empty, too long, or no well-formed Unicode text
     */
    public SessionKey {
        Tenant.checkId("session", session);
    }

    /**
     * @throws IllegalArgumentException if the tenant's id or the session's name is empty, too long, or no well-formed
     *     Unicode text
     */
    public static SessionKey of(String tenant, String session) {
        return new SessionKey(Tenant.of(tenant), session);
    }

    /** This session as it stands in stored keys: {@code tenant:session}, each part encoded; see {@link KeyPath}. */
    public String key() {
        return tenant.key() + ':' + KeyPath.encode(session);
    }
}
