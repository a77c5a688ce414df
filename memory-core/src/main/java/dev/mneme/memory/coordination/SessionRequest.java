package dev.mneme.memory.coordination;

import dev.mneme.MnemeException;
import dev.mneme.SessionKey;
import dev.mneme.memory.coordination.spi.LeaseStore;
import dev.mneme.memory.coordination.spi.SessionStore;
import dev.mneme.memory.coordination.spi.SessionStore.Outcome;
import dev.mneme.memory.coordination.spi.SessionStore.Reply;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The one request of a session, as a lease that is kept with the session itself. */
final class SessionRequest implements LeaseStore {

    /** There is no such live session; waiting is of no use. */
    static final class NoSession extends MnemeException {

        private static final long serialVersionUID = 1L;

        NoSession() {
            super("there is no such live session");
        }
    }

    private final SessionKey key;
    private final SessionStore store;
    private final Function<Supplier<Reply>, Reply> ask;
    private volatile @Nullable Session session;

    SessionRequest(SessionKey key, SessionStore store, Function<Supplier<Reply>, Reply> ask) {
        this.key = key;
        this.store = store;
        this.ask = ask;
    }

    /** The session as it was when the request began. */
    @Nullable
    Session session() {
        return session;
    }

    @Override
    public Grant acquire(String name, String owner, Duration lease) {
        Reply reply = ask.apply(() -> store.begin(key, owner, lease));
        if (reply.outcome() == Outcome.DONE) {
            session = reply.session();
            return new Grant.Granted(reply.number());
        }
        if (reply.outcome() == Outcome.HELD) {
            return new Grant.Held(Duration.ofMillis(reply.number()));
        }
        throw new NoSession();
    }

    @Override
    public boolean renew(String name, String owner, Duration lease) {
        return store.renew(key, owner, lease);
    }

    @Override
    public void release(String name, String owner) {
        store.finish(key, owner);
    }
}
