package dev.mneme;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * A question about one service a host leans on: does it work now?
 *
 * <p>A check may block and may throw; whoever runs it bounds its time and turns what it throws into an answer. It may be
 * interrupted when its time is over, and should end then. It is never run twice at the same moment by one runner.
 *
 * <pre>{@code
 * HealthCheck redis = HealthCheck.reaching("redis", () -> client.ping());
 * Health.of(redis.required(), qdrant.optional()).report();
 * }</pre>
 */
public interface HealthCheck {

    /** The service's name as a page shows it: 1 to {@value Rated#MAX_NAME_LENGTH} characters on one line. */
    String name();

    /**
     * Asks the service.
     *
     * @throws Exception if it cannot be asked; this counts as {@link Status#UNHEALTHY}, and the exception's message is
     *     shown nowhere, since it may hold a user's text
     */
    Result check() throws Exception;

    /** A check that answers what {@code check} returns. */
    static HealthCheck of(String name, Callable<Result> check) {
        requireNonNull(check, "check");
        return new HealthCheck() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Result check() throws Exception {
                return check.call();
            }
        };
    }

    /** A check that is healthy whenever {@code attempt} returns. */
    static HealthCheck reaching(String name, Attempt attempt) {
        requireNonNull(attempt, "attempt");
        return of(name, () -> {
            attempt.run();
            return Result.healthy();
        });
    }

    /**
     * This check of a service without which the host cannot serve.
     *
     * @throws IllegalArgumentException if the name is blank, too long, or not one line
     */
    default Rated required() {
        return new Rated(name(), this, Criticality.REQUIRED);
    }

    /**
     * This check of a service that the host can do without: its failure is shown and changes nothing else.
     *
     * @throws IllegalArgumentException if the name is blank, too long, or not one line
     */
    default Rated optional() {
        return new Rated(name(), this, Criticality.OPTIONAL);
    }

    /** How well a service works; the order is from best to worst. */
    enum Status {
        /** It works. */
        HEALTHY,
        /** It serves, but not all of it or not as well as it should. */
        DEGRADED,
        /** It does not serve. */
        UNHEALTHY
    }

    /** What a service's failure means to its host. */
    enum Criticality {
        /** The host is as well as this service is. */
        REQUIRED,
        /** The host does its work without it. */
        OPTIONAL
    }

    /** Something that returns when a service works and throws when it does not. */
    @FunctionalInterface
    interface Attempt {
        void run() throws Exception;
    }

    /**
     * Checks that go into a report together; their number may change from one report to the next.
     *
     * <p>{@link #checks()} is asked for each report, on the reporting thread: it must neither block nor throw.
     */
    @FunctionalInterface
    interface Source {
        List<Rated> checks();
    }

    /**
     * A check and what its failure means.
     *
     * @param name the check's name, read once
     * @param check the question
     * @param criticality what a failure means to the host
     */
    record Rated(String name, HealthCheck check, Criticality criticality) implements Source {

        /** The most characters (UTF-16 units) a check's name may have. */
        public static final int MAX_NAME_LENGTH = 100;

        /**
         * @throws IllegalArgumentException if the name is blank, too long, or not one line
         */
        public Rated {
            requireNonNull(check, "check");
            requireNonNull(criticality, "criticality");
            if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
                throw new IllegalArgumentException("a check's name must have 1 to " + MAX_NAME_LENGTH
                        + " characters and not be blank, had " + name.length());
            }
            if (!Result.oneLine(name, MAX_NAME_LENGTH).equals(name)) {
                throw new IllegalArgumentException("a check's name must be one line of plain text, was not");
            }
        }

        @Override
        public List<Rated> checks() {
            return List.of(this);
        }
    }

    /**
     * What a check found.
     *
     * @param status how well the service works
     * @param detail a few words for an operator, or empty. It is made one line of at most {@value #MAX_TEXT_LENGTH}
     *     characters: control characters become spaces, and what is too long is cut. It is shown to whoever sees the
     *     page, so it must hold no user's text
     * @param facts what a page shows beside it, in this order: at most {@value #MAX_FACTS}, each a {@link String} (bounded
     *     as {@code detail} is), {@link Long}, finite {@link Double} or {@link Boolean}
     */
    record Result(Status status, String detail, Map<String, Object> facts) {

        /** The most characters (UTF-16 units) of a detail or of a fact's text. */
        public static final int MAX_TEXT_LENGTH = 200;

        /** The most facts of one result. */
        public static final int MAX_FACTS = 16;

        private static final Result HEALTHY = new Result(Status.HEALTHY, "", Map.of());

        /**
         * @throws IllegalArgumentException if there are too many facts, or one is of another type or not finite
         */
        public Result {
            requireNonNull(status, "status");
            detail = oneLine(detail, MAX_TEXT_LENGTH);
            if (facts.size() > MAX_FACTS) {
                throw new IllegalArgumentException(
                        "a result may have at most " + MAX_FACTS + " facts, had " + facts.size());
            }
            var checked = new LinkedHashMap<String, Object>();
            facts.forEach((name, value) -> checked.put(oneLine(name, Rated.MAX_NAME_LENGTH), checkedFact(value)));
            facts = Collections.unmodifiableMap(checked);
        }

        /** The service works. */
        public static Result healthy() {
            return HEALTHY;
        }

        /** The service works; {@code detail} says more. */
        public static Result healthy(String detail) {
            return new Result(Status.HEALTHY, detail, Map.of());
        }

        /** The service works in part, as {@code detail} says. */
        public static Result degraded(String detail) {
            return new Result(Status.DEGRADED, detail, Map.of());
        }

        /** The service does not work, as {@code detail} says. */
        public static Result unhealthy(String detail) {
            return new Result(Status.UNHEALTHY, detail, Map.of());
        }

        /**
         * This result with one fact more, or with another value for a fact it has.
         *
         * @throws IllegalArgumentException if that is one too many, or the value is of a type that no fact may have
         */
        public Result with(String fact, Object value) {
            var more = new LinkedHashMap<>(facts);
            more.put(fact, value);
            return new Result(status, detail, more);
        }

        private static Object checkedFact(Object value) {
            if (value instanceof String text) {
                return oneLine(text, MAX_TEXT_LENGTH);
            }
            if (value instanceof Integer number) {
                return number.longValue();
            }
            if (value instanceof Long || value instanceof Boolean) {
                return value;
            }
            if (value instanceof Double number && Double.isFinite(number)) {
                return value;
            }
            throw new IllegalArgumentException(
                    "a fact must be a String, Long, Integer, Boolean or finite Double, was a "
                            + value.getClass().getSimpleName());
        }

        static String oneLine(String text, int maxLength) {
            var line = new StringBuilder(Math.min(text.length(), maxLength));
            for (int at = 0; at < text.length() && line.length() <= maxLength; ) {
                int point = text.codePointAt(at);
                at += Character.charCount(point);
                line.appendCodePoint(breaksTheLine(point) ? ' ' : point);
            }
            String bounded = line.toString().strip();
            return bounded.length() <= maxLength ? bounded : cut(bounded, maxLength);
        }

        private static String cut(String text, int maxLength) {
            int end = maxLength - 1;
            if (Character.isHighSurrogate(text.charAt(end - 1))) {
                end--;
            }
            return text.substring(0, end) + '…';
        }

        // format characters too: a direction override would let a detail rewrite the line around it
        private static boolean breaksTheLine(int point) {
            int type = Character.getType(point);
            return type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
        }
    }
}
