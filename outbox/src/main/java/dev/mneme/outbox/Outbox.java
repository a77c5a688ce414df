package dev.mneme.outbox;

import static java.util.Objects.requireNonNull;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.HealthCheck;
import dev.mneme.Tenant;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.EncodedEvent;
import dev.mneme.events.stream.EventSink;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Events in the same SQL database as the data they tell of: stored in the caller's transaction, so that they are there
 * if the data are, and delivered afterwards by an {@link OutboxRelay}, at least once.
 *
 * <pre>{@code
 * Outbox outbox = Outbox.builder(dataSource, codec)
 *         .topic("memory.*", t -> t.orderedByKey().onDead(SKIP))
 *         .build();
 * try (Connection c = dataSource.getConnection()) {
 *     c.setAutoCommit(false);
 *     notes.insert(c, note);
 *     outbox.publish(c, Envelope.of(new MemoryNotedV2(...)).source("/notes").tenant(tenant).key(note.agentId()));
 *     c.commit();
 * }
 * }</pre>
 *
 * <p>A topic is the name of an event's type. Times are read from the database's clock alone. Safe for use by many threads.
 */
public final class Outbox implements Erasable {

    /** The longest delay of an event. */
    public static final Duration MAX_DELAY = Duration.ofDays(365);

    private final DataSource dataSource;
    private final Dialect dialect;
    private final Settings settings;
    private final CopyOnWriteArrayList<OutboxRelay> relays = new CopyOnWriteArrayList<>();

    private Outbox(DataSource dataSource, Dialect dialect, Settings settings) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.settings = settings;
    }

    /** What the relays, too, must know. */
    record Settings(
            String name,
            EventCodec codec,
            Topics topics,
            int maxPayloadBytes,
            int maxAttempts,
            Duration firstWait,
            Duration longestWait,
            @Nullable Duration keepDoneFor) {}

    public static Builder builder(DataSource dataSource, EventCodec codec) {
        return new Builder(dataSource, codec);
    }

    /**
     * Stores the event in the caller's transaction; it is delivered if that commits.
     *
     * <p>Nothing in it can abort the transaction but what can abort any insert: it violates no constraint and waits for
     * no other transaction, unless the topic has {@link TopicSettings#strictKeyOrder}.
     *
     * @param connection in a transaction that the caller ends
     * @throws IllegalArgumentException if the connection is in auto-commit mode, or the event is too large; nothing was
     *     sent to the database
     * @throws IllegalStateException if the envelope has neither tenant nor session
     * @throws OutboxException if the database refused; then roll back
     */
    public Publication publish(Connection connection, Envelope<?> event) {
        return publish(connection, event, Duration.ZERO);
    }

    /**
     * As {@link #publish(Connection, Envelope)}, but the event is delivered no sooner than {@code delay} afterwards.
     *
     * @param delay zero to {@link #MAX_DELAY}, in milliseconds; must be zero for an event that is ordered by its key
     */
    public Publication publish(Connection connection, Envelope<?> event, Duration delay) {
        OutboxRow row = row(event, delay);
        try {
            if (connection.getAutoCommit()) {
                throw new IllegalArgumentException("the connection must be in a transaction, was in auto-commit mode:"
                        + " call setAutoCommit(false) before, and commit() after the data and the event are written");
            }
            insert(connection, row);
        } catch (SQLException e) {
            throw new OutboxException(
                    "event " + row.eventId() + " was not stored: roll the transaction back and do it again", e);
        }
        return new Publication(this, row.eventId(), row.lane());
    }

    /**
     * Does the work in a transaction on a connection of its own, stores the events that it published last, commits, and
     * has a relay of this process look for them at once. Runs on the calling thread.
     *
     * @throws X what the work threw; then nothing lasted
     * @throws OutboxException if the database refused; if that was the commit, it may have happened
     */
    public <T extends @Nullable Object, X extends Exception> T inTransaction(OutboxWork<T, X> work) throws X {
        var lanes = new BitSet();
        T result = run(work, lanes);
        wake(lanes);
        return result;
    }

    private <T extends @Nullable Object, X extends Exception> T run(OutboxWork<T, X> work, BitSet lanes) throws X {
        try (Connection connection = dataSource.getConnection()) {
            boolean before = connection.getAutoCommit();
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                var transaction = new OutboxTransaction(this, connection);
                T result = work.run(transaction);
                List<OutboxRow> rows = transaction.sorted();
                for (OutboxRow row : rows) {
                    insert(connection, row);
                    lanes.set(row.lane());
                }
                connection.commit();
                committed = true;
                return result;
            } finally {
                if (!committed) {
                    Jdbc.rollback(connection);
                }
                connection.setAutoCommit(before);
            }
        } catch (SQLException e) {
            throw new OutboxException(
                    "a transaction with events did not come through; look whether its data are there"
                            + " before it is done again, for if the answer to its commit was lost, they are",
                    e);
        }
    }

    private void insert(Connection connection, OutboxRow row) throws SQLException {
        Long order = row.orderHash();
        if (order != null && row.topic().locksKey()) {
            dialect.lockKey(connection, order);
        }
        dialect.insert(connection, row);
    }

    OutboxRow row(Envelope<?> event, Duration delay) {
        EncodedEvent encoded = EncodedEvent.of(event, settings.codec);
        if (encoded.size() > settings.maxPayloadBytes) {
            throw new IllegalArgumentException("an event must have at most " + settings.maxPayloadBytes + " bytes, had "
                    + encoded.size() + ": store what is large elsewhere and send where it is");
        }
        if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
            throw new IllegalArgumentException("delay must be zero to " + MAX_DELAY + ", was " + delay);
        }
        var row = new OutboxRow(encoded, settings.topics.of(encoded.type()), delay);
        if (!delay.isZero() && row.orderHash() != null) {
            throw new IllegalArgumentException("an event that is ordered by its key must have no delay, was " + delay
                    + ": publish it without a key, or on a topic without orderedByKey()");
        }
        return row;
    }

    /** A relay that delivers to a sink; to be started. Several of them, here and in other processes, share the lanes. */
    public OutboxRelay.Builder relayTo(EventSink sink) {
        return new OutboxRelay.Builder(this, sink);
    }

    /** The events that were given up. */
    public DeadLetters deadLetters() {
        return new DeadLetters(this);
    }

    /** Removes what is done and old, on the calling thread or as a task of the host's. */
    public OutboxCleaner cleaner() {
        return new OutboxCleaner(dataSource, settings.keepDoneFor);
    }

    /**
     * What the outbox holds now; asks the database.
     *
     * @throws OutboxException if it does not answer
     */
    public OutboxReport monitor() {
        return OutboxReport.of(dataSource, dialect, settings.name);
    }

    /**
     * Unhealthy if a lane had no relay for twice the usual lease; asks the database.
     *
     * @param lease the lease of the relays
     */
    public HealthCheck health(Duration lease) {
        return HealthCheck.of("outbox " + settings.name, () -> monitor().health(lease.multipliedBy(2)));
    }

    /**
     * Deletes the tenant's events: waiting, dead and done ones. Of those that are on their way at this moment some may
     * still be delivered.
     */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        long erased = Jdbc.inTransaction(dataSource, "not all events of the tenant were erased; do it again", c -> {
            long count = 0;
            for (String table : List.of("mneme_outbox", "mneme_outbox_dead", "mneme_outbox_done")) {
                try (PreparedStatement delete = c.prepareStatement("delete from " + table + " where tenant = ?")) {
                    delete.setString(1, tenant.key());
                    count += delete.executeUpdate();
                }
            }
            return count;
        });
        return new ErasureReceipt("outbox " + settings.name, tenant, erased);
    }

    void wake(int lane) {
        var lanes = new BitSet();
        lanes.set(lane);
        wake(lanes);
    }

    private void wake(BitSet lanes) {
        if (!lanes.isEmpty()) {
            relays.forEach(relay -> relay.wake(lanes));
        }
    }

    void add(OutboxRelay relay) {
        relays.add(relay);
    }

    void remove(OutboxRelay relay) {
        relays.remove(relay);
    }

    DataSource dataSource() {
        return dataSource;
    }

    Dialect dialect() {
        return dialect;
    }

    Settings settings() {
        return settings;
    }

    /** Settings of an outbox. */
    public static final class Builder {

        private static final Duration MONTH = Duration.ofDays(30);
        private static final int MOST_PAYLOAD = 16 << 20;

        private final DataSource dataSource;
        private final EventCodec codec;
        private String name = "outbox";
        private Topics topics = Topics.none();
        private int maxPayloadBytes = 1 << 20;
        private int maxAttempts = 12;
        private Duration firstWait = Duration.ofMillis(200);
        private Duration longestWait = Duration.ofMinutes(5);
        private @Nullable Duration keepDoneFor;

        private Builder(DataSource dataSource, EventCodec codec) {
            this.dataSource = requireNonNull(dataSource, "dataSource");
            this.codec = requireNonNull(codec, "codec");
        }

        /**
         * Under which name sinks know its lanes: {@code outbox} by default. Outboxes in several databases that deliver to
         * one sink need different names, and one in one database always the same.
         *
         * @param name 1 to 64 characters of {@code a-z 0-9 -}
         */
        public Builder name(String name) {
            if (!name.matches("[a-z0-9-]{1,64}")) {
                throw new IllegalArgumentException(
                        "name must be 1 to 64 characters of a-z, 0-9 and '-', had " + name.length() + " or others");
            }
            this.name = name;
            return this;
        }

        /**
         * How events of some types are delivered. Of several that fit the first holds; an event that none fits is
         * unordered.
         *
         * @param topic the name of a type, in which {@code *} stands for any characters
         */
        public Builder topic(String topic, UnaryOperator<TopicSettings> settings) {
            topics = topics.with(topic, settings.apply(TopicSettings.UNORDERED));
            return this;
        }

        /** The largest encoded event; a megabyte by default, 1 byte to 16 megabytes. */
        public Builder maxPayloadBytes(int maxPayloadBytes) {
            Limits.between("maxPayloadBytes", maxPayloadBytes, 1, MOST_PAYLOAD);
            this.maxPayloadBytes = maxPayloadBytes;
            return this;
        }

        /** How often an event may be rejected by the sink before it is given up: 12 by default, 1 to 1000. */
        public Builder maxAttempts(int maxAttempts) {
            Limits.between("maxAttempts", maxAttempts, 1, 1_000);
            this.maxAttempts = maxAttempts;
            return this;
        }

        /**
         * How long a rejected event waits: a random time up to {@code first}, which doubles with each attempt up to
         * {@code longest}; 200 ms and 5 minutes by default.
         */
        public Builder retryWaits(Duration first, Duration longest) {
            Limits.duration("first", first, Duration.ofMillis(1), Duration.ofDays(1));
            Limits.duration("longest", longest, first, Duration.ofDays(1));
            this.firstWait = first;
            this.longestWait = longest;
            return this;
        }

        /** Keeps delivered events for 30 days, until {@link Outbox#cleaner} removes them; by default they are deleted. */
        public Builder keepDone() {
            return keepDoneFor(MONTH);
        }

        /** As {@link #keepDone}, for another time: a second to ten years. */
        public Builder keepDoneFor(Duration keepDoneFor) {
            Limits.duration("keepDoneFor", keepDoneFor, Duration.ofSeconds(1), Duration.ofDays(3650));
            this.keepDoneFor = keepDoneFor;
            return this;
        }

        /**
         * Looks at the database and makes the outbox.
         *
         * @throws OutboxSchemaException with what to do, if the database cannot carry an outbox as it is
         * @throws OutboxException if the database cannot be asked
         */
        public Outbox build() {
            OutboxSchema schema = OutboxSchema.of(dataSource);
            schema.check();
            return new Outbox(
                    dataSource,
                    schema.dialect(),
                    new Settings(
                            name, codec, topics, maxPayloadBytes, maxAttempts, firstWait, longestWait, keepDoneFor));
        }
    }
}
