package dev.mneme.memory.redis.model;

/**
 * The rules of the protocol, each of which can be taken away to see what it is good for, with a seed whose
 * schedule misses it.
 */
enum Rule {
    // what Redis does
    /** A fill writes only under its lease. */
    FILL_NEEDS_ITS_LEASE(0),
    /** An invalidation revokes the leases of its keys. */
    INVALIDATION_REVOKES_LEASES(3),
    /** An invalidation deletes the values and leases of the neighbouring schemas too. */
    INVALIDATION_REACHES_ALL_SCHEMAS(1),
    /** An invalidation renews the version of its bucket. */
    INVALIDATION_RENEWS_THE_VERSION(1),
    /** A new version's name is made from its predecessor's and the caller's random, so equal names mean equal history. */
    VERSIONS_ARE_CHAINED(2058),
    /** A frame carries the scope versions of its lease, not those at its fill. */
    FRAMES_CARRY_THE_SCOPES_OF_THE_LEASE(28),
    /** Who reads a frame compares its scope versions with the present ones. */
    SCOPES_ARE_COMPARED(3),
    /** A missing scope version is a miss. */
    A_MISSING_SCOPE_IS_A_MISS(3),
    /** A scope version that a lease creates is new for every send. */
    SCOPE_VERSIONS_ARE_NEW_FOR_EVERY_SEND(3),
    /** The time to live of a value counts from its lease. */
    TTL_COUNTS_FROM_THE_GRANT(0),

    // how a value is fetched
    /** A script that grants a lease is never sent twice. */
    LEASES_ARE_NEVER_RESENT(37),
    /** A load begins after the reply that granted its lease. */
    LOADS_BEGIN_AFTER_THE_LEASE(34),
    /** The estimate of the server's time is dropped with the server it came from. */
    AN_ESTIMATE_BELONGS_TO_ITS_SERVER(946),
    /** A near entry does not live longer than its frame. */
    NEAR_ENDS_WITH_FAR(0),
    /** A flight has its fence, and is in the table, before it asks Redis. */
    FLIGHTS_REGISTER_BEFORE_THEY_ASK(3),
    /** Whether a key is queued is asked after its flight is registered. */
    THE_QUEUE_IS_ASKED_AFTER_REGISTERING(71),
    /** A commit puts its entry before its flight leaves the table. */
    A_COMMIT_PUTS_BEFORE_IT_LEAVES(178),
    /** A flight that ends takes only itself from the table. */
    A_FLIGHT_REMOVES_ONLY_ITSELF(591),
    /** A flight that is replaced is killed. */
    A_REPLACED_FLIGHT_IS_KILLED(65),
    /** A refresh is a flight like any other. */
    REFRESHES_ARE_FLIGHTS(8),
    /** A flight is joined only if its fence is alive. */
    JOINING_NEEDS_A_LIVING_FENCE(12),
    /** A flight is joined only if its bucket is trusted or the flight younger than the bound. */
    JOINING_NEEDS_TRUST_OR_YOUTH(52),
    /** Who joins asks for trust first and for the fence last. */
    JOINING_ASKS_FOR_TRUST_FIRST(1_020_706),
    /** Who joined does not take a value that had expired when its read began. */
    A_JOINER_CHECKS_THE_DEADLINE(5),

    // the near level
    /** A near entry is served only from a trusted bucket. */
    NEAR_READS_NEED_TRUST(13),
    /** A near entry is served only if its fence is alive. */
    NEAR_READS_NEED_A_LIVING_FENCE(1),
    /** A near read asks for trust before it fetches the entry. */
    TRUST_IS_ASKED_BEFORE_THE_FETCH(1907),
    /** A near read looks at the fence after all else. */
    THE_FENCE_IS_ASKED_LAST(4270),
    /** A fence is dead when one above it is dead. */
    FENCES_HANG_ON_THEIR_PARENTS(0),
    /** What is killed is killed before it is replaced or removed. */
    KILL_BEFORE_REPLACE(50),
    /** A new fence takes the place of none but the one that was killed. */
    ONLY_WHAT_WAS_KILLED_IS_REPLACED(12),
    /** After an error a near entry is served only from a bucket trusted then. */
    STALE_ON_ERROR_NEEDS_TRUST(145),
    /** After an error a near entry is served only if its fence is alive. */
    STALE_ON_ERROR_NEEDS_A_LIVING_FENCE(6),
    /** After an error a far value is served only if its scopes are the present ones. */
    STALE_ON_ERROR_COMPARES_SCOPES(46),
    /** A cut-off cache serves stale values only so long. */
    STALE_HAS_AN_END(189),
    /** A cut-off cache never serves a value past its time to live. */
    STALE_ENDS_WITH_THE_TTL(20),

    // the bus and the heartbeat
    /** A message kills the entries of its keys. */
    MESSAGES_KILL(10),
    /** A message's version is recorded only if its predecessor was the one applied. */
    MESSAGES_RECORD_ONLY_IN_TURN(134),
    /** A heartbeat that brings an unknown version flushes the bucket. */
    UNKNOWN_VERSIONS_FLUSH(1),
    /** A flush comes before the trust of the heartbeat that caused it. */
    FLUSH_BEFORE_TRUST(85),
    /** Trust counts from the sending of the heartbeat. */
    TRUST_COUNTS_FROM_THE_SEND(92),
    /** A message kills before its version is recorded. */
    MESSAGES_KILL_BEFORE_THEY_RECORD(3779),

    // invalidation and its queue
    /** An invalidation drops what this node has, after the reply. */
    DROP_AFTER_THE_REPLY(12),
    /** A drop kills the flight of the key. */
    A_DROP_KILLS_THE_FLIGHT(0),
    /** A drop kills the flight before it removes the entry. */
    A_DROP_KILLS_BEFORE_IT_REMOVES(1072),
    /** What is queued is not asked from Redis. */
    QUEUED_KEYS_BYPASS_REDIS(11),
    /** Keys under a queued scope are not asked from Redis either. */
    KEYS_OF_QUEUED_SCOPES_BYPASS_REDIS(12),
    /** An invalidation is queued before the drop. */
    QUEUE_BEFORE_DROP(98),
    /** A replay ends the queueing only if nothing was queued meanwhile. */
    REPLAY_ENDS_ONLY_ITS_OWN(490),
    /** A queue that is full collapses into scopes instead of forgetting. */
    OVERFLOW_COLLAPSES(138);

    /** A seed whose schedule breaks the promise without this rule. */
    final long missedIn;

    Rule(long missedIn) {
        this.missedIn = missedIn;
    }
}
