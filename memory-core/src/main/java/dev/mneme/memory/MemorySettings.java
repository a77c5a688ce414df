package dev.mneme.memory;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a host sets from outside, so that it can be changed without a release.
 *
 * @param redis the server's address, if there is one; may hold a password
 * @param ttl the time to live of a cache that sets none
 * @param ttls times to live by the name of a ready-made cache, in place of its own default
 * @param bypass the names of caches that are switched off
 */
public record MemorySettings(Optional<String> redis, Duration ttl, Map<String, Duration> ttls, Set<String> bypass) {

    private static final Map<String, String> TTL_NAMES = Map.of(
            "REDIS_TTL_ACCESS_STATE", "access-state",
            "REDIS_TTL_RECENT_HISTORY", "recent-history",
            "REDIS_TTL_RAG", "retrieval");

    public MemorySettings {
        ttls = Map.copyOf(ttls);
        bypass = Set.copyOf(bypass);
    }

    /** No server, 600 s, nothing switched off. */
    public static MemorySettings defaults() {
        return new MemorySettings(Optional.empty(), Duration.ofMinutes(10), Map.of(), Set.of());
    }

    /**
     * Reads {@code REDIS_URL}, {@code REDIS_TTL_ACCESS_STATE}, {@code REDIS_TTL_RECENT_HISTORY}, {@code REDIS_TTL_RAG}
     * (seconds, or a duration such as {@code PT45S}) and {@code MNEME_BYPASS} (names of caches, separated by commas).
     * What is not there, or blank, keeps its default.
     *
     * @param environment usually {@code System.getenv()}
     * @throws IllegalArgumentException if a time is not a number of seconds or a duration, or not more than zero
     */
    public static MemorySettings fromEnvironment(Map<String, String> environment) {
        var ttls = new HashMap<String, Duration>();
        TTL_NAMES.forEach((variable, cache) -> {
            String text = given(environment, variable);
            if (text != null) {
                ttls.put(cache, duration(variable, text));
            }
        });
        var bypass = new TreeSet<String>();
        String names = given(environment, "MNEME_BYPASS");
        if (names != null) {
            for (String name : names.split(",", -1)) {
                if (!name.isBlank()) {
                    bypass.add(name.strip());
                }
            }
        }
        return new MemorySettings(
                Optional.ofNullable(given(environment, "REDIS_URL")), defaults().ttl(), ttls, bypass);
    }

    /** The time to live of a ready-made cache. */
    public Duration ttl(String cache, Duration usual) {
        return ttls.getOrDefault(cache, usual);
    }

    private static @Nullable String given(Map<String, String> environment, String variable) {
        String text = environment.get(variable);
        return text == null || text.isBlank() ? null : text.strip();
    }

    private static Duration duration(String variable, String text) {
        Duration duration;
        try {
            duration = text.startsWith("P") ? Duration.parse(text) : Duration.ofSeconds(Long.parseLong(text));
        } catch (DateTimeParseException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    variable + " must be a number of seconds or a duration like PT45S, was \"" + text + '"', e);
        }
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(variable + " must be more than zero, was " + text);
        }
        return duration;
    }

    /** Without the server's address, which may hold a password. */
    @Override
    public String toString() {
        return "MemorySettings[redis=" + (redis.isPresent() ? "given" : "none") + ", ttl=" + ttl + ", ttls=" + ttls
                + ", bypass=" + bypass + ']';
    }
}
