package dev.mneme.memory.redis;

import dev.mneme.KeyPath;
import dev.mneme.SessionKey;
import dev.mneme.Tenant;

/**
 * How the keys of a namespace's histories are called in Redis. All of a tenant have one hash tag and so are in one slot,
 * which lets a tenant be erased without a look through all keys:
 *
 * <pre>
 * mneme:{ns:history:tenant}:t:history:session   turns, a list
 * mneme:{ns:history:tenant}:i:history:session   remembered ids, a sorted set
 * mneme:{ns:history:tenant}:s:history:session   state, a hash
 * mneme:{ns:history:tenant}:x                   the tenant's conversations, a sorted set by when they end
 * mneme:{ns:history:tenant}:e                   when the tenant was erased last
 * </pre>
 *
 * <p>Every part is percent-encoded.
 */
final class HistoryKeys {

    private final String prefix;

    HistoryKeys(String namespace, Tenant tenant) {
        this.prefix = "mneme:{" + KeyPath.encode(namespace) + ":history:" + tenant.key() + "}:";
    }

    /** A conversation as its tenant's set names it. */
    static String member(String history, SessionKey key) {
        return KeyPath.join(history, key.session());
    }

    String turns(String member) {
        return prefix + "t:" + member;
    }

    String ids(String member) {
        return prefix + "i:" + member;
    }

    String state(String member) {
        return prefix + "s:" + member;
    }

    String conversations() {
        return prefix + 'x';
    }

    String erasure() {
        return prefix + 'e';
    }
}
