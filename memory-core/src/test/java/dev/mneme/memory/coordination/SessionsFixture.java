package dev.mneme.memory.coordination;

import static java.time.Duration.ofMillis;

import dev.mneme.SessionKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;

/** A registry of five places on each of two instances, with short times where time is real. */
public abstract class SessionsFixture extends CoordinationFixture {

    protected static final SessionKey ANN = SessionKey.of("ann", "s1");
    protected static final SessionKey ANN_2 = SessionKey.of("ann", "s2");
    protected static final SessionKey BOB = SessionKey.of("bob", "s1");
    protected static final int PLACES = 5;
    protected static final int LOCAL_PLACES = 2;
    protected static final Duration INACTIVITY = ofMillis(400);
    protected static final Duration TTL = ofMillis(900);
    protected static final Duration REQUEST_LEASE = ofMillis(300);

    protected final List<SessionSummary> ends = new CopyOnWriteArrayList<>();
    protected SessionRegistry onA;
    protected SessionRegistry onB;

    @BeforeEach
    protected final void openRegistries() {
        onA = lasting(a, Duration.ofMinutes(30));
        onB = lasting(b, Duration.ofMinutes(30));
    }

    /** A registry whose sessions do not end by themselves within a case. */
    protected final SessionRegistry lasting(Node node, Duration inactivity) {
        return node.coordination
                .sessions("lasting")
                .maxConcurrentSessions(PLACES)
                .localLimit(LOCAL_PLACES)
                .inactivity(inactivity)
                .requestLease(Duration.ofSeconds(20))
                .build();
    }

    /** One whose sessions end soon. */
    protected final SessionRegistry hasty(Node node, Consumer<? super SessionSummary> listener) {
        return node.coordination
                .sessions("hasty")
                .maxConcurrentSessions(PLACES)
                .inactivity(INACTIVITY)
                .ttl(TTL)
                .requestLease(REQUEST_LEASE)
                .onTimeout(listener)
                .build();
    }

    protected static void sweep(SessionRegistry registry) {
        ((StoredSessions) registry).sweep().sweep();
    }
}
