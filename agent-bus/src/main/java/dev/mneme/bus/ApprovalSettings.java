package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.memory.coordination.ApprovalRequest.OnTimeout;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.memory.coordination.ApprovalStore;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a bus asks for approvals. Immutable; each method returns another one. */
public final class ApprovalSettings {

    private static final Duration LONGEST = Duration.ofDays(30);
    private static final ApprovalSettings DEFAULTS = new ApprovalSettings(
            null,
            RiskPolicy.always(ApprovalRisk.MEDIUM),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            OnTimeout.REJECT,
            Duration.ofSeconds(60),
            null);

    private final @Nullable ApprovalStore store;
    private final RiskPolicy risks;
    private final Duration mediumTimeout;
    private final Duration highTimeout;
    private final OnTimeout onTimeout;
    private final Duration warnBefore;
    private final @Nullable ApprovalListener listener;

    private ApprovalSettings(
            @Nullable ApprovalStore store,
            RiskPolicy risks,
            Duration mediumTimeout,
            Duration highTimeout,
            OnTimeout onTimeout,
            Duration warnBefore,
            @Nullable ApprovalListener listener) {
        this.store = store;
        this.risks = risks;
        this.mediumTimeout = mediumTimeout;
        this.highTimeout = highTimeout;
        this.onTimeout = onTimeout;
        this.warnBefore = warnBefore;
        this.listener = listener;
    }

    /**
     * Kept in this process; everything is of medium risk; 5 minutes for medium risk and 10 for high; a no when they are over; a
     * warning 60 s before.
     */
    public static ApprovalSettings defaults() {
        return DEFAULTS;
    }

    /** Kept there, so that other instances decide, too; the defaults otherwise. */
    public static ApprovalSettings on(ApprovalStore store) {
        return new ApprovalSettings(
                requireNonNull(store, "store"),
                DEFAULTS.risks,
                DEFAULTS.mediumTimeout,
                DEFAULTS.highTimeout,
                DEFAULTS.onTimeout,
                DEFAULTS.warnBefore,
                null);
    }

    /** Asked for the risk of whatever does not say it itself. */
    public ApprovalSettings risks(RiskPolicy risks) {
        return new ApprovalSettings(
                store, requireNonNull(risks, "risks"), mediumTimeout, highTimeout, onTimeout, warnBefore, listener);
    }

    /**
     * How long a decision is waited for.
     *
     * @throws IllegalArgumentException if one is not 1 ms to 30 days
     */
    public ApprovalSettings timeouts(Duration medium, Duration high) {
        return new ApprovalSettings(
                store, risks, checked("medium", medium), checked("high", high), onTimeout, warnBefore, listener);
    }

    /** What comes of it if nobody decides in time. */
    public ApprovalSettings onTimeout(OnTimeout onTimeout) {
        return new ApprovalSettings(
                store, risks, mediumTimeout, highTimeout, requireNonNull(onTimeout, "onTimeout"), warnBefore, listener);
    }

    /**
     * How long before the deadline a warning is told; one whose whole time is not longer has none.
     *
     * @throws IllegalArgumentException if it is not 1 ms to 30 days
     */
    public ApprovalSettings warnBefore(Duration warnBefore) {
        return new ApprovalSettings(
                store, risks, mediumTimeout, highTimeout, onTimeout, checked("warnBefore", warnBefore), listener);
    }

    /** Told of each request, warning and decision; more of them by {@link Approvals#listen}. */
    public ApprovalSettings listener(ApprovalListener listener) {
        return new ApprovalSettings(
                store, risks, mediumTimeout, highTimeout, onTimeout, warnBefore, requireNonNull(listener, "listener"));
    }

    Optional<ApprovalStore> store() {
        return Optional.ofNullable(store);
    }

    RiskPolicy risks() {
        return risks;
    }

    Duration timeout(ApprovalRisk risk) {
        return risk == ApprovalRisk.HIGH ? highTimeout : mediumTimeout;
    }

    OnTimeout onTimeout() {
        return onTimeout;
    }

    Duration warnBefore() {
        return warnBefore;
    }

    Optional<ApprovalListener> listener() {
        return Optional.ofNullable(listener);
    }

    private static Duration checked(String what, Duration time) {
        if (time.toMillis() < 1 || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + " must be 1 ms to 30 days, was " + time);
        }
        return time;
    }
}
