package dev.mneme.events;

import dev.mneme.Tenant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What bytes turned out to be: an event this node knows, one that it does not know, or none. */
public sealed interface Decoded {

    /** The bytes that were decoded: the very array, which must not be changed. */
    byte[] bytes();

    /** A value from whichever it is. */
    <T extends @Nullable Object> T fold(
            Function<? super Known, ? extends T> known,
            Function<? super Unknown, ? extends T> unknown,
            Function<? super Malformed, ? extends T> malformed);

    /** Does one of three things, on this thread. */
    default void handle(
            Consumer<? super Known> known, Consumer<? super Unknown> unknown, Consumer<? super Malformed> malformed) {
        this.<Runnable>fold(k -> () -> known.accept(k), u -> () -> unknown.accept(u), m -> () -> malformed.accept(m))
                .run();
    }

    /** An event of this node, always in the newest version that it has. */
    final class Known implements Decoded {

        private final Envelope<? extends Event> envelope;
        private final int sentVersion;
        private final byte[] bytes;

        Known(Envelope<? extends Event> envelope, int sentVersion, byte[] bytes) {
            this.envelope = envelope;
            this.sentVersion = sentVersion;
            this.bytes = bytes;
        }

        public Envelope<? extends Event> envelope() {
            return envelope;
        }

        /** The version it was sent in, older or newer than that of the envelope. */
        public int sentVersion() {
            return sentVersion;
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public <T extends @Nullable Object> T fold(
                Function<? super Known, ? extends T> known,
                Function<? super Unknown, ? extends T> unknown,
                Function<? super Malformed, ? extends T> malformed) {
            return known.apply(this);
        }

        @Override
        public String toString() {
            return "Known " + envelope;
        }
    }

    /** An event whose envelope can be read and whose data cannot, yet. Kept bytes can be decoded after an upgrade. */
    final class Unknown implements Decoded {

        /** Why the data cannot be read. */
        public enum Reason {
            /** No record of that name is registered. */
            NO_SUCH_TYPE,
            /** It is newer than this node's records, and says that they cannot read it. */
            TOO_NEW,
            /** It is newer than this node's records, says that they can read it, and they cannot. */
            NEWER_THAN_IT_SAYS,
            /** It is older than this node's oldest record. */
            TOO_OLD
        }

        private final Reason reason;
        private final UnknownAction action;
        private final EnvelopeDraft read;
        private final byte[] bytes;

        Unknown(Reason reason, UnknownAction action, EnvelopeDraft read, byte[] bytes) {
            this.reason = reason;
            this.action = action;
            this.read = read;
            this.bytes = bytes;
        }

        public Reason reason() {
            return reason;
        }

        /** What the codec was told to do with such events of this priority. */
        public UnknownAction action() {
            return action;
        }

        public UUID id() {
            return java.util.Objects.requireNonNull(read.id);
        }

        public String type() {
            return java.util.Objects.requireNonNull(read.type);
        }

        /** The version it was sent in. */
        public int version() {
            return read.version;
        }

        /** The oldest version whose readers can read it, as it says. */
        public int minReader() {
            return read.minReader;
        }

        public Priority priority() {
            return read.priority;
        }

        public Tenant tenant() {
            return java.util.Objects.requireNonNull(read.tenant);
        }

        /** The key that it stays in order with. */
        public Optional<String> key() {
            return Optional.ofNullable(read.key);
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public <T extends @Nullable Object> T fold(
                Function<? super Known, ? extends T> known,
                Function<? super Unknown, ? extends T> unknown,
                Function<? super Malformed, ? extends T> malformed) {
            return unknown.apply(this);
        }

        @Override
        public String toString() {
            return "Unknown " + type() + " v" + version() + " " + id() + " (" + reason + ")";
        }
    }

    /** No event, or one that breaks its own record's rules. */
    final class Malformed implements Decoded {

        /** What is wrong, roughly. */
        public enum Fault {
            /** Longer, deeper or with longer texts than the codec's limits; also after inflating. */
            TOO_LARGE,
            /** No well-formed JSON object, or a name comes twice. */
            NO_JSON,
            /** An attribute of the envelope is missing or not what it must be. */
            BAD_ENVELOPE,
            /** The data does not fit the record, or its constructor refuses it. */
            BAD_DATA,
            /** An upcaster threw, or its result does not fit the newest record. */
            BAD_UPCAST
        }

        private final Fault fault;
        private final String detail;
        private final byte[] bytes;

        Malformed(Fault fault, String detail, byte[] bytes) {
            this.fault = fault;
            this.detail = detail;
            this.bytes = bytes;
        }

        public Fault fault() {
            return fault;
        }

        /** Where and which rule; never a value or a name from the bytes, so that it may be logged. */
        public String detail() {
            return detail;
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }

        @Override
        public <T extends @Nullable Object> T fold(
                Function<? super Known, ? extends T> known,
                Function<? super Unknown, ? extends T> unknown,
                Function<? super Malformed, ? extends T> malformed) {
            return malformed.apply(this);
        }

        @Override
        public String toString() {
            return "Malformed " + fault + ": " + detail;
        }
    }
}
