package dev.mneme.events.stream;

import static java.util.Objects.requireNonNull;

import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import dev.mneme.Ticker;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import dev.mneme.events.stream.Delivery.Outcome;
import dev.mneme.events.stream.LaneFences.Appended;
import dev.mneme.events.stream.LocalGroup.Attempt;
import dev.mneme.events.stream.spi.EventDispatch;
import dev.mneme.events.stream.spi.Timekeeper;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event stream in this process's memory, for a host that runs as one process, and for tests.
 *
 * <p>It behaves as one on a server does, but that nothing outlives the process: what a relay delivered into it counts as
 * delivered, and is gone if the process dies before its groups have handled it. {@link #close} therefore goes on
 * delivering what is ready until that is done or the longest {@code drainFor} is over; what is left then is logged as a
 * count and lost.
 *
 * <p><b>Bounds.</b> It holds at most {@code capacity} events that some group has not finished, dead letters included, and
 * at most {@code maxBytes} altogether; beyond that, publishing throws {@link StreamFullException} and the sink answers
 * {@code NOT_TRIED}. It also keeps the last {@code maxRetained} finished events, for groups that come later. Without a
 * group every event is finished.
 *
 * <p>Handlers run on virtual threads where the JDK has them (21 and later), else on at most {@code maxConcurrency} daemon
 * threads for each subscription.
 */
public final class LocalEventStream implements EventStream {

    private static final Logger LOG = LoggerFactory.getLogger(LocalEventStream.class);
    private static final int MAX_GROUPS = 1_000;
    private static final int MAX_LISTED = 10_000;

    private final String name;
    private final EventCodec codec;
    private final Ticker ticker;
    private final InstantSource clock;
    private final int maxEventBytes;
    private final Timekeeper timekeeper;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quieter = lock.newCondition();

    // guarded by the lock
    private final LocalLog log;
    private final LaneFences fences = new LaneFences();
    private final TreeMap<String, LocalGroup> groups = new TreeMap<>();
    private boolean closed;

    private LocalEventStream(Builder builder) {
        this.name = builder.name;
        this.codec = builder.codec;
        this.ticker = builder.ticker == null ? Ticker.system() : builder.ticker;
        this.clock = builder.clock;
        this.maxEventBytes = builder.maxEventBytes;
        this.log = new LocalLog(builder.capacity, builder.maxRetained, builder.maxBytes);
        this.timekeeper = new Timekeeper("mneme-events-" + name + "-timer", builder.ticker == null, this::round);
    }

    /** A stream with the defaults. */
    public static LocalEventStream create(EventCodec codec) {
        return builder(codec).build();
    }

    public static Builder builder(EventCodec codec) {
        return new Builder(codec);
    }

    @Override
    public void publish(Envelope<?> event) {
        EncodedEvent encoded = EncodedEvent.of(event, codec);
        if (encoded.size() > maxEventBytes) {
            throw new IllegalArgumentException(tooLarge(encoded));
        }
        List<LocalConsumer> starting;
        lock.lock();
        try {
            checkOpen();
            if (!log.makeRoomFor(encoded)) {
                throw new StreamFullException(name, log.openCount());
            }
            append(encoded);
            starting = startable();
        } finally {
            lock.unlock();
        }
        starting.forEach(LocalConsumer::start);
    }

    @Override
    public EventSink sink() {
        return new EventSink() {
            @Override
            public Delivery deliver(EventBatch batch) {
                return deliverBatch(batch);
            }

            @Override
            public Resumption resume(String source, int lane, Fence fence) {
                return resumeLane(source, lane, fence);
            }
        };
    }

    @Override
    public ConsumerGroup group(String name) {
        return ConsumerGroup.of(name, codec, this::subscribe);
    }

    @Override
    public List<DeadLetter> deadLetters(String group, int limit) {
        Limits.between("limit", limit, 1, MAX_LISTED);
        lock.lock();
        try {
            LocalGroup known = groups.get(group);
            return known == null
                    ? List.of()
                    : known.deadLetters().stream().limit(limit).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int redrive(String group, Predicate<? super DeadLetter> which) {
        return forChosen(group, which, LocalGroup::redrive);
    }

    @Override
    public int discard(String group, Predicate<? super DeadLetter> which) {
        return forChosen(group, which, LocalGroup::discard);
    }

    @Override
    public StreamReport monitor() {
        lock.lock();
        try {
            long now = ticker.nanos();
            return new StreamReport(
                    name,
                    log.length(),
                    groups.values().stream().map(group -> group.report(now)).toList());
        } finally {
            lock.unlock();
        }
    }

    /** Handlers that run at this moment finish; events of the tenant that they have in hand are not delivered again. */
    @Override
    public ErasureReceipt erase(Tenant tenant) {
        lock.lock();
        try {
            int erased = log.erase(tenant);
            groups.values().forEach(group -> group.erase(tenant));
            return new ErasureReceipt("event stream " + name, tenant, erased);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<LocalConsumer> consumers;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            consumers = groups.values().stream()
                    .flatMap(group -> group.consumers().stream())
                    .toList();
            awaitQuiet(consumers.stream()
                    .map(consumer -> consumer.settings().drainFor())
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO));
        } finally {
            lock.unlock();
        }
        consumers.forEach(consumer -> consumer.close(Duration.ZERO));
        timekeeper.close();
        long left = monitor().groups().stream()
                .mapToLong(group -> group.lag().orElse(0) + group.pending())
                .sum();
        if (left > 0) {
            LOG.warn("event stream '{}' was closed before {} deliveries were done; they are lost", name, left);
        }
    }

    /** The next event for a consumer's thread; null if the thread is to end. */
    LocalGroup.@Nullable Attempt take(LocalConsumer consumer) {
        lock.lock();
        try {
            Attempt next = consumer.closed ? null : consumer.localGroup().begin(consumer, ticker.nanos());
            if (next == null) {
                consumer.active--;
                quieter.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    void settle(Attempt attempt, EventDispatch.Result result) {
        LocalGroup group = attempt.consumer.localGroup();
        lock.lock();
        try {
            switch (result) {
                case HANDLED -> group.handled(attempt, true);
                case SKIPPED -> group.handled(attempt, false);
                case PARKED -> group.dead(attempt, DeadLetter.Reason.UNKNOWN, clock.instant());
                case MALFORMED -> group.dead(attempt, DeadLetter.Reason.MALFORMED, clock.instant());
                case STOPPED -> group.stop(attempt, ticker.nanos());
            }
        } finally {
            lock.unlock();
        }
        if (result == EventDispatch.Result.STOPPED) {
            timekeeper.wake();
        }
    }

    void failed(Attempt attempt) {
        boolean dead;
        lock.lock();
        try {
            dead = attempt.consumer.localGroup().failed(attempt, ticker.nanos(), clock.instant());
        } finally {
            lock.unlock();
        }
        timekeeper.wake();
        if (dead) {
            LOG.warn(
                    "{} is a dead letter of group '{}' after {} deliveries",
                    attempt.event(),
                    attempt.consumer.group(),
                    attempt.number());
        }
    }

    /** A thread that was counted has not begun. */
    void ended(LocalConsumer consumer) {
        lock.lock();
        try {
            consumer.active--;
            quieter.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the consumer was taking until now. */
    boolean stopTaking(LocalConsumer consumer) {
        lock.lock();
        try {
            boolean first = !consumer.closed;
            consumer.closed = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    void leave(LocalConsumer consumer) {
        List<LocalConsumer> starting;
        lock.lock();
        try {
            consumer.localGroup().giveBackAll(consumer);
            consumer.localGroup().consumers().remove(consumer);
            starting = startable();
        } finally {
            lock.unlock();
        }
        starting.forEach(LocalConsumer::start);
    }

    private Delivery deliverBatch(EventBatch batch) {
        Delivery answer;
        List<LocalConsumer> starting;
        lock.lock();
        try {
            checkOpen();
            answer = fences.deliver(batch, this::appendOrSay);
            starting = startable();
        } finally {
            lock.unlock();
        }
        starting.forEach(LocalConsumer::start);
        return answer;
    }

    private Resumption resumeLane(String source, int lane, Fence fence) {
        lock.lock();
        try {
            checkOpen();
            return fences.resume(source, lane, fence);
        } finally {
            lock.unlock();
        }
    }

    private Appended appendOrSay(EncodedEvent event) {
        if (event.size() > maxEventBytes) {
            return new Appended(Outcome.REJECTED, tooLarge(event));
        }
        if (!log.makeRoomFor(event)) {
            return new Appended(Outcome.NOT_TRIED, "the stream is full");
        }
        append(event);
        return Appended.DONE;
    }

    private void append(EncodedEvent event) {
        LocalLog.Entry entry = log.append(event, ticker.nanos(), groups.size());
        groups.values().forEach(group -> group.add(entry));
    }

    private Subscription subscribe(ConsumerGroup settings) {
        LocalConsumer consumer;
        List<LocalConsumer> starting;
        lock.lock();
        try {
            checkOpen();
            LocalGroup group = groups.get(settings.name());
            if (group == null) {
                group = begin(settings);
            } else if (!group.settings().consumesLike(settings)) {
                throw new IllegalArgumentException(
                        "all subscriptions of a group must have the same settings and types; group '" + settings.name()
                                + "' has others");
            }
            consumer = new LocalConsumer(this, group, settings);
            group.consumers().add(consumer);
            starting = startable();
        } finally {
            lock.unlock();
        }
        starting.forEach(LocalConsumer::start);
        return consumer;
    }

    private LocalGroup begin(ConsumerGroup settings) {
        if (groups.size() >= MAX_GROUPS) {
            throw new IllegalArgumentException("a stream must have at most " + MAX_GROUPS + " groups, had as many");
        }
        var group = new LocalGroup(log, settings);
        groups.put(settings.name(), group);
        if (settings.startAt() == ConsumerGroup.Start.OLDEST) {
            log.reopenAll().forEach(group::add);
        }
        return group;
    }

    /** The consumers that should have one more thread each time they are named; they count it already. */
    private List<LocalConsumer> startable() {
        long now = ticker.nanos();
        var starting = new ArrayList<LocalConsumer>();
        for (LocalGroup group : groups.values()) {
            int wanted = group.readyCount(now);
            for (LocalConsumer consumer : group.consumers()) {
                while (!consumer.closed
                        && wanted > 0
                        && consumer.active < consumer.settings().maxConcurrency()) {
                    consumer.active++;
                    wanted--;
                    starting.add(consumer);
                }
            }
        }
        return starting;
    }

    private long round() {
        long next = Timekeeper.NOTHING_DUE;
        List<LocalConsumer> starting;
        lock.lock();
        try {
            long now = ticker.nanos();
            for (LocalGroup group : groups.values()) {
                next = Math.min(next, group.roundAt(now));
            }
            starting = startable();
        } finally {
            lock.unlock();
        }
        starting.forEach(LocalConsumer::start);
        return next;
    }

    private int forChosen(String group, Predicate<? super DeadLetter> which, Choice choice) {
        List<DeadLetter> letters;
        List<Long> numbers;
        lock.lock();
        try {
            LocalGroup known = groups.get(group);
            letters = known == null ? List.of() : known.deadLetters();
            numbers = known == null ? List.of() : known.deadNumbers();
        } finally {
            lock.unlock();
        }
        var chosen = new ArrayList<Long>();
        for (int i = 0; i < letters.size(); i++) {
            if (which.test(letters.get(i))) {
                chosen.add(numbers.get(i));
            }
        }
        return chosen.isEmpty() ? 0 : apply(group, chosen, choice);
    }

    private int apply(String group, List<Long> chosen, Choice choice) {
        int count = 0;
        List<LocalConsumer> starting;
        lock.lock();
        try {
            LocalGroup known = requireNonNull(groups.get(group));
            for (long number : chosen) {
                count += choice.apply(known, number) ? 1 : 0;
            }
            starting = startable();
        } finally {
            lock.unlock();
        }
        starting.forEach(LocalConsumer::start);
        return count;
    }

    private void awaitQuiet(Duration atMost) {
        long left = atMost.toNanos();
        try {
            while (left > 0 && !isQuiet()) {
                left = quieter.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isQuiet() {
        long now = ticker.nanos();
        return groups.values().stream().allMatch(group -> group.consumers().isEmpty() || group.isQuiet(now));
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("event stream '" + name + "' is closed");
        }
    }

    private String tooLarge(EncodedEvent event) {
        return "an event must have at most " + maxEventBytes + " bytes, had " + event.size();
    }

    @FunctionalInterface
    private interface Choice {
        boolean apply(LocalGroup group, long number);
    }

    /** The settings of a stream. */
    public static final class Builder {

        private final EventCodec codec;
        private String name = "local";
        private @Nullable Ticker ticker;
        private InstantSource clock = InstantSource.system();
        private int capacity = 100_000;
        private int maxRetained = 1_000;
        private long maxBytes = 256L << 20;
        private int maxEventBytes = 1 << 20;

        private Builder(EventCodec codec) {
            this.codec = requireNonNull(codec, "codec");
        }

        /**
         * The stream's name in reports, messages and thread names; {@code local} by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 80 printable ASCII characters
         */
        public Builder name(String name) {
            Names.check("a stream's name", name);
            this.name = name;
            return this;
        }

        /**
         * The most events that some group has not finished, dead letters included; 100,000 by default.
         *
         * @throws IllegalArgumentException if it is not 1 to 10,000,000
         */
        public Builder capacity(int capacity) {
            Limits.between("capacity", capacity, 1, 10_000_000);
            this.capacity = capacity;
            return this;
        }

        /**
         * How many finished events are kept for groups that come later; 1,000 by default.
         *
         * @throws IllegalArgumentException if it is not 0 to 1,000,000
         */
        public Builder maxRetained(int maxRetained) {
            Limits.between("maxRetained", maxRetained, 0, 1_000_000);
            this.maxRetained = maxRetained;
            return this;
        }

        /**
         * The most bytes of all events; 256 MiB by default.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder maxBytes(long maxBytes) {
            Limits.between("maxBytes", maxBytes, 1, Long.MAX_VALUE);
            this.maxBytes = maxBytes;
            return this;
        }

        /**
         * The most bytes of one event; 1 MiB by default.
         *
         * @throws IllegalArgumentException if it is not more than zero
         */
        public Builder maxEventBytes(int maxEventBytes) {
            Limits.between("maxEventBytes", maxEventBytes, 1, Integer.MAX_VALUE);
            this.maxEventBytes = maxEventBytes;
            return this;
        }

        /** By what waits between deliveries are measured. Another than the system's is looked at every few milliseconds. */
        public Builder ticker(Ticker ticker) {
            this.ticker = requireNonNull(ticker, "ticker");
            return this;
        }

        /** What dead letters are dated by. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        public LocalEventStream build() {
            return new LocalEventStream(this);
        }
    }
}
