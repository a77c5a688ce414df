package dev.mneme.memory.redis.stream;

import dev.mneme.KeyPath;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;

/**
 * How the keys of a replay buffer are called in Redis. Each session has a hash tag of its own, so sessions are spread over
 * the masters of a cluster:
 *
 * <pre>
 * mneme:{ns:replay:name:tenant:session}:head     incarnation and numbers
 * mneme:{ns:replay:name:tenant:session}:window   its events
 * mneme:{ns:replay:name}:bell                    the channel that says which session has something new
 * </pre>
 */
final class ReplayKeys {

    private static final String HEAD = "head";
    private static final String WINDOW = "window";

    private final String buffer;

    ReplayKeys(String namespace, String name) {
        this.buffer = KeyPath.join(namespace, "replay", name);
    }

    String[] of(SessionKey session) {
        String prefix = "mneme:{" + buffer + ':' + session.key() + "}:";
        return new String[] {prefix + HEAD, prefix + WINDOW};
    }

    /** What matches the heads of a tenant's sessions; nothing in it has a meaning to Redis but the star. */
    String headsOf(Tenant tenant) {
        return "mneme:{" + buffer + ':' + tenant.key() + ":*}:" + HEAD;
    }

    /** The keys of the session whose head this is. */
    static String[] ofHead(String head) {
        return new String[] {head, head.substring(0, head.length() - HEAD.length()) + WINDOW};
    }

    String bell() {
        return "mneme:{" + buffer + "}:bell";
    }
}
