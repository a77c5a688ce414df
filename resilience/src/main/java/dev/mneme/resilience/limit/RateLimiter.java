package dev.mneme.resilience.limit;

/**
 * Decides whether a key has done something too often; keys never share a count.
 *
 * <p>A limiter has one or more {@linkplain LimitRule rules} by name. It decides by the rules it was narrowed to
 * {@linkplain #by(String, String...) by name}, and by the first one it was built with if it was not. All narrowed forms
 * of a limiter share its counts.
 *
 * <p>Safe for many threads. A decision never waits for its turn to come, and a refused call counts for nothing: to go on
 * asking does not put off the time of being allowed.
 */
public interface RateLimiter {

    /** The most characters (UTF-16 units) a key may have. */
    int MAX_KEY_LENGTH = 512;

    /**
     * Asks for one call of the key. It is allowed if every rule allows it, and then counts under each; if any refuses, it
     * counts under none.
     *
     * @param key whose call it is: 1 to {@value #MAX_KEY_LENGTH} characters
     * @throws IllegalArgumentException if the key is empty or too long
     */
    Decision tryAcquire(String key);

    /**
     * This limiter, deciding by the named rules together. To be kept, not made for every call.
     *
     * @throws IllegalArgumentException if there is no rule of that name, or one is named twice
     */
    RateLimiter by(String rule, String... together);

    /** What was decided so far by this limiter and all its narrowed forms. */
    LimiterStats stats();
}
