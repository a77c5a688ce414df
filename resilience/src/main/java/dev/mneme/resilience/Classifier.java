package dev.mneme.resilience;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sorts failures into {@link ErrorClass}es: exceptions by their type and their causes, answers of a provider by status,
 * headers and body.
 *
 * <p>It knows the JDK's exceptions and the published error shapes of OpenAI, Anthropic and Gemini. A host teaches it
 * its own exceptions:
 *
 * <pre>{@code
 * Classifier standard = Classifier.standard();
 * Classifier mine = standard.with(MyHttpException.class, e -> standard.classify(e.status(), e.headers(), e.body()));
 * }</pre>
 *
 * <p>Immutable; never throws, never blocks, and keeps nothing of what it read.
 */
public final class Classifier {

    private static final Logger LOG = LoggerFactory.getLogger(Classifier.class);
    private static final int MAX_CAUSES = 16;

    private record Rule<E extends Throwable>(Class<E> type, Function<? super E, Fault> judge) {}

    private final InstantSource clock;
    private final List<Rule<?>> rules;

    private Classifier(InstantSource clock, List<Rule<?>> rules) {
        this.clock = clock;
        this.rules = rules;
    }

    public static Classifier standard() {
        return standard(InstantSource.system());
    }

    /** The standard classifier that turns dates (of a Retry-After header) into waits by this clock. */
    public static Classifier standard(InstantSource clock) {
        return new Classifier(clock, List.of());
    }

    /**
     * This classifier with one more rule, which goes before those added earlier and before the standard ones.
     *
     * @param type the exceptions it judges, subclasses included, wherever they stand among the causes
     * @param judge should not throw; if it does, the failure is {@link ErrorClass#UNKNOWN}
     */
    public <E extends Throwable> Classifier with(Class<E> type, Function<? super E, Fault> judge) {
        List<Rule<?>> all = new ArrayList<>();
        all.add(new Rule<>(type, judge));
        all.addAll(rules);
        return new Classifier(clock, List.copyOf(all));
    }

    /** What an exception means, by its own type or else by the nearest cause that is known. */
    public Fault classify(Throwable error) {
        try {
            return judge(error);
        } catch (RuntimeException | Error e) {
            LOG.warn(
                    "a rule for {} threw {}",
                    error.getClass().getName(),
                    e.getClass().getName());
            return Fault.of(ErrorClass.UNKNOWN);
        }
    }

    /**
     * What a provider's answer means.
     *
     * @param status the HTTP status; 200 too, for an error that came inside a stream or a filter that cut an answer
     * @param headers names in any case
     * @param body the JSON of the error, or any other text; its first 64 Ki characters are read
     */
    public Fault classify(int status, Map<String, List<String>> headers, String body) {
        try {
            ProviderError error = ProviderError.read(body);
            Duration asked = RetryAfter.in(headers, clock);
            return Fault.of(error.errorClass(status)).withRetryAfter(asked.isZero() ? error.retryDelay() : asked);
        } catch (RuntimeException e) {
            LOG.warn(
                    "an answer with status {} could not be read: {}",
                    status,
                    e.getClass().getName());
            return Fault.of(ProviderError.byStatus(status));
        }
    }

    private Fault judge(Throwable error) {
        Throwable cause = error;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            for (Rule<?> rule : rules) {
                if (rule.type().isInstance(cause)) {
                    return apply(rule, cause);
                }
            }
        }
        cause = error;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            Fault fault = KnownExceptions.find(cause);
            if (fault != null) {
                return fault;
            }
        }
        return Fault.of(ErrorClass.UNKNOWN);
    }

    private static <E extends Throwable> Fault apply(Rule<E> rule, Throwable cause) {
        return requireNonNull(rule.judge().apply(rule.type().cast(cause)), "fault");
    }
}
