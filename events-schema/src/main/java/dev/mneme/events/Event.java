package dev.mneme.events;

/**
 * Something that happened: a record with {@link EventType}, whose components are its data.
 *
 * <p>Once released, a version is frozen: what must change becomes a new record with the next version, and an
 * {@link Upcaster} leads from the old to the new. Components may be {@code String}, {@code boolean}, {@code int},
 * {@code long}, {@code double} and their boxes, {@code BigDecimal}, {@code BigInteger}, {@code Instant},
 * {@code Duration}, {@code LocalDate}, {@code UUID}, enums, records of these, and {@code List} and
 * {@code Map<String, …>} of these. A component is required unless it is marked {@code @Nullable}; an enum that has a
 * constant {@code UNKNOWN} is open: a reader takes any name that it does not know for that constant.
 *
 * <p>What a record's constructor checks is checked on every decode, also years later: it must not ask the clock.
 */
public interface Event {}
