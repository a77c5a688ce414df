package dev.mneme.servers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows a stream of RESP2 or RESP3 frames in pieces of any size and leaves out published messages that a rule
 * condemns, always whole frames.
 *
 * <p>Frames may be of any size: only the head of one that may be a message is held back, at most
 * {@value #MAX_HELD} bytes, until its kind is known. From the first byte that is not RESP, everything goes on. Not safe
 * for use by several threads.
 */
final class RespFrames {

    /** The frames that a rule is asked about. */
    enum Envelope {
        /** A RESP3 push. */
        PUSH,
        /** A RESP2 array, which a reply of the same words cannot be told from. */
        ARRAY
    }

    private static final int MAX_HELD = 64;
    private static final int MAX_NUMBER = 20;
    private static final Set<String> KINDS = Set.of("message", "pmessage", "smessage");

    private enum Part {
        /** Before the first byte of an element. */
        TYPE,
        /** In a line whose number counts. */
        NUMBER,
        /** In a line that is text. */
        TEXT,
        /** Behind the CR of a line. */
        LINE_END,
        /** In the bytes of a bulk string and the CR LF behind them. */
        BULK
    }

    private final Predicate<Envelope> condemned;

    private Part part = Part.TYPE;
    private int type;
    private boolean counts;
    private final StringBuilder number = new StringBuilder(MAX_NUMBER);
    private long bulkLeft;
    /** Elements of the current frame still to come; zero between frames. */
    private long elementsLeft;
    /** Whether what is read belongs to an element that may turn out to be the kind of a message. */
    private boolean undecided;

    private boolean kindBegun;
    private boolean dropping;
    private @Nullable String broken;
    private Envelope envelope = Envelope.PUSH;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream(MAX_HELD);
    private final StringBuilder kind = new StringBuilder();

    /** @param condemned whether to leave out this message; asked once for each, in order */
    RespFrames(Predicate<Envelope> condemned) {
        this.condemned = condemned;
    }

    /** Takes the next piece of the stream; gives what of it, and of what was held back, goes on. */
    byte[] pass(byte[] piece, int length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + MAX_HELD);
        int at = 0;
        try {
            while (broken == null && at < length) {
                int to = read(piece, at, length);
                sort(piece, at, to, out);
                at = to;
            }
        } catch (IOException e) {
            broken = e.getMessage();
            out.writeBytes(held.toByteArray());
            held.reset();
        }
        out.write(piece, at, length - at);
        return out.toByteArray();
    }

    /** Why the stream is not RESP, after which all of it goes on as it comes; null while it is. */
    @Nullable
    String broken() {
        return broken;
    }

    /** Reads on within one element; gives the place behind. */
    private int read(byte[] piece, int from, int length) throws IOException {
        if (part != Part.BULK || undecided) {
            step(piece[from]);
            return from + 1;
        }
        int some = (int) Math.min(bulkLeft, length - from);
        bulkLeft -= some;
        endBulkIfDone();
        return from + some;
    }

    /** Where the bytes just read belong: held back, passed on with what was held, or left out. */
    private void sort(byte[] piece, int from, int to, ByteArrayOutputStream out) {
        if (undecided) {
            held.write(piece, from, to - from);
            return;
        }
        if (!dropping) {
            out.writeBytes(held.toByteArray());
            out.write(piece, from, to - from);
        }
        held.reset();
        if (elementsLeft == 0 && part == Part.TYPE) {
            dropping = false;
        }
    }

    private void step(byte b) throws IOException {
        switch (part) {
            case TYPE -> begin(b);
            case NUMBER -> {
                if (b == '\r') {
                    part = Part.LINE_END;
                } else if (number.length() < MAX_NUMBER && (b == '-' || (b >= '0' && b <= '9'))) {
                    number.append((char) b);
                } else {
                    throw notResp("a length held byte " + b);
                }
            }
            case TEXT -> {
                if (b == '\r') {
                    part = Part.LINE_END;
                }
            }
            case LINE_END -> {
                if (b != '\n') {
                    throw notResp("a line did not end with CR LF");
                }
                endLine();
            }
            case BULK -> {
                bulkLeft--;
                if (bulkLeft >= 2) {
                    kind.append((char) (b & 0xff));
                }
                endBulkIfDone();
            }
        }
    }

    private void begin(byte b) throws IOException {
        type = b;
        boolean first = elementsLeft == 0;
        if (first) {
            elementsLeft = 1;
        }
        switch (b) {
            case '+', '-', ':', ',', '#', '(', '_' -> {
                part = Part.TEXT;
                counts = false;
            }
            case '$', '=', '!', '*', '~', '>', '%', '|' -> {
                part = Part.NUMBER;
                counts = true;
                number.setLength(0);
            }
            default -> throw notResp("an element began with byte " + b);
        }
        if (first && (b == '>' || b == '*')) {
            undecided = true;
            kindBegun = false;
            envelope = b == '>' ? Envelope.PUSH : Envelope.ARRAY;
        } else if (undecided) {
            // the first element inside
            if (b == '$' && !kindBegun) {
                kindBegun = true;
            } else {
                undecided = false;
            }
        }
    }

    private void endLine() throws IOException {
        part = Part.TYPE;
        if (!counts) {
            elementsLeft--;
            return;
        }
        long n = number();
        switch (type) {
            case '$', '=', '!' -> beginBulk(n);
            case '*', '~', '>' -> elementsLeft += Math.max(0, n) - 1;
            case '%' -> elementsLeft += 2 * Math.max(0, n) - 1;
            // an attribute stands before the element it describes, and is none itself
            default -> elementsLeft += 2 * Math.max(0, n);
        }
        if (elementsLeft == 0) {
            undecided = false;
        }
    }

    private void beginBulk(long length) {
        if (length < 0) {
            elementsLeft--;
            undecided = false;
            return;
        }
        bulkLeft = length + 2;
        part = Part.BULK;
        kind.setLength(0);
        if (length > "pmessage".length()) {
            undecided = false;
        }
    }

    private void endBulkIfDone() {
        if (bulkLeft > 0) {
            return;
        }
        part = Part.TYPE;
        elementsLeft--;
        if (undecided) {
            undecided = false;
            dropping = KINDS.contains(kind.toString()) && condemned.test(envelope);
        }
    }

    private long number() throws IOException {
        try {
            long n = Long.parseLong(number, 0, number.length(), 10);
            if (n < -1 || n > Integer.MAX_VALUE) {
                throw notResp("a length was out of range");
            }
            return n;
        } catch (NumberFormatException e) {
            throw notResp("a length was no number");
        }
    }

    private static IOException notResp(String why) {
        return new IOException("not RESP: " + why);
    }
}
