package dev.mneme.events;

import static java.util.Objects.requireNonNull;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.events.Decoded.Malformed;
import dev.mneme.events.Decoded.Unknown;
import java.time.DateTimeException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The reading of one document, in one pass.
 *
 * <p>Data is bound as it comes if type and versions came before it, as we write them. In a document of another order it is
 * passed over and read again at the end.
 */
final class DocumentReading {

    private static final Priority[] PRIORITIES = Priority.values();

    private final EventReading reading;
    private final byte[] wire;
    private final JsonParser json;
    private final EnvelopeDraft draft = new EnvelopeDraft();

    private int seen;
    private @Nullable String session;
    private @Nullable Map<String, String> headers;
    private @Nullable Set<String> strangers;
    private boolean compressed;
    private byte @Nullable [] inflatable;
    private int dataFrom = -1;
    private int dataTo = -1;
    private @Nullable Object data;
    private @Nullable EventNode tree;
    private Unknown.@Nullable Reason unreadable;

    DocumentReading(EventReading reading, byte[] wire, JsonParser json) {
        this.reading = reading;
        this.wire = wire;
        this.json = json;
    }

    Decoded read() {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new BadDocument(Malformed.Fault.NO_JSON, "a document must be a JSON object");
        }
        String name;
        while ((name = json.nextName()) != null) {
            json.nextToken();
            attribute(name);
        }
        if (json.nextToken() != null) {
            throw new BadDocument(Malformed.Fault.NO_JSON, "nothing must follow the document");
        }
        finishEnvelope();
        return answer();
    }

    private void attribute(String name) {
        switch (name) {
            case Attributes.SPEC_VERSION -> {
                once(Attr.SPEC_VERSION, name);
                if (!text(name).equals(Attributes.SPEC)) {
                    throw bad(name, "must be " + Attributes.SPEC);
                }
            }
            case Attributes.ID -> {
                once(Attr.ID, name);
                draft.id = parsed(name, Scalars::uuid);
            }
            case Attributes.SOURCE -> {
                once(Attr.SOURCE, name);
                draft.source = text(name);
            }
            case Attributes.TYPE -> {
                once(Attr.TYPE, name);
                draft.type = text(name);
                if (!EventDeclaration.isName(draft.type)) {
                    throw bad(name, "must be the name of an event");
                }
            }
            case Attributes.VERSION -> {
                once(Attr.VERSION, name);
                draft.version = positive(name);
            }
            case Attributes.MIN_READER -> {
                once(Attr.MIN_READER, name);
                draft.minReader = positive(name);
            }
            case Attributes.TIME -> {
                once(Attr.TIME, name);
                draft.time = parsed(name, Timestamps::parse);
            }
            case Attributes.PRIORITY -> {
                once(Attr.PRIORITY, name);
                draft.priority = priority(text(name));
            }
            case Attributes.TENANT -> {
                once(Attr.TENANT, name);
                draft.tenant = parsed(name, Tenant::of);
            }
            case Attributes.SESSION -> {
                once(Attr.SESSION, name);
                session = text(name);
            }
            case Attributes.KEY -> {
                once(Attr.KEY, name);
                draft.key = text(name);
            }
            case Attributes.TRACE -> {
                once(Attr.TRACE, name);
                draft.traceId = text(name);
                if (!Envelope.isTraceId(draft.traceId)) {
                    throw bad(name, "must be 32 lower-case hexadecimal digits and not all zero");
                }
            }
            case Attributes.CORRELATION -> {
                once(Attr.CORRELATION, name);
                draft.correlationId = text(name);
            }
            case Attributes.CAUSATION -> {
                once(Attr.CAUSATION, name);
                draft.causationId = text(name);
            }
            case Attributes.CONTENT_TYPE -> {
                once(Attr.CONTENT_TYPE, name);
                if (!text(name).equals("application/json")) {
                    throw bad(name, "must be application/json");
                }
            }
            case Attributes.COMPRESSION -> {
                once(Attr.COMPRESSION, name);
                if (!text(name).equals(Gzip.NAME)) {
                    throw bad(name, "must be " + Gzip.NAME);
                }
                compressed = true;
            }
            case Attributes.DATA_BASE64 -> {
                once(Attr.DATA, name);
                if (json.currentToken() != JsonToken.VALUE_STRING) {
                    throw bad(name, "must be a text");
                }
                inflatable = json.getBinaryValue(Base64Variants.MIME_NO_LINEFEEDS);
            }
            case Attributes.DATA -> {
                once(Attr.DATA, name);
                data();
            }
            default -> stranger(name);
        }
    }

    private void data() {
        if (!knows(Attr.TYPE) || !knows(Attr.VERSION) || !knows(Attr.MIN_READER) || isNewer()) {
            dataFrom = (int) json.currentTokenLocation().getByteOffset();
            skip();
            dataTo = (int) json.currentLocation().getByteOffset();
            return;
        }
        bind(json);
    }

    // newer data may turn out to be unreadable after all, and the document must be read to its end all the same
    private boolean isNewer() {
        EventFamily family = reading.family(requireNonNull(draft.type));
        return family != null && draft.version > family.newest().number();
    }

    /** Reads data, at whose first token the parser stands, as its version asks for. */
    private void bind(JsonParser from) {
        EventFamily family = reading.family(requireNonNull(draft.type));
        unreadable = unreadable(family);
        if (unreadable != null || family == null) {
            skip(from);
            return;
        }
        EventVersion newest = family.newest();
        try {
            if (draft.version < newest.number()) {
                tree = reading.tree(from);
            } else {
                data = newest.shape().read(from);
            }
        } catch (BadValue e) {
            if (draft.version > newest.number()) {
                unreadable = Unknown.Reason.NEWER_THAN_IT_SAYS;
                return;
            }
            throw new BadDocument(Malformed.Fault.BAD_DATA, newest.declaration() + ": " + e.getMessage());
        }
    }

    private Unknown.@Nullable Reason unreadable(@Nullable EventFamily family) {
        if (family == null) {
            return Unknown.Reason.NO_SUCH_TYPE;
        }
        if (draft.version > family.newest().number()
                && draft.minReader > family.newest().number()) {
            return Unknown.Reason.TOO_NEW;
        }
        return draft.version < family.oldest() ? Unknown.Reason.TOO_OLD : null;
    }

    private void finishEnvelope() {
        int missing = Attr.REQUIRED & ~seen;
        if (missing != 0) {
            throw bad(Attr.NAMES[Integer.numberOfTrailingZeros(missing)], "is missing");
        }
        if (draft.minReader > draft.version) {
            throw bad(Attributes.MIN_READER, "must be at most the version");
        }
        if (compressed != (inflatable != null)) {
            throw bad(Attributes.COMPRESSION, "must come with data_base64, and that with it");
        }
        if (session != null) {
            try {
                draft.session = new SessionKey(requireNonNull(draft.tenant), session);
            } catch (IllegalArgumentException e) {
                throw bad(Attributes.SESSION, "must be the name of a session");
            }
        }
        if (headers != null) {
            draft.headers = Collections.unmodifiableMap(headers);
        }
        draft.wire = wire;
    }

    private Decoded answer() {
        if (inflatable != null) {
            byte[] inflated = Gzip.inflate(inflatable, reading.limits().maxBytes());
            bindApart(inflated, 0, inflated.length);
        } else if (dataFrom >= 0) {
            bindApart(wire, dataFrom, dataTo - dataFrom);
        }
        if (unreadable != null) {
            return reading.unknown(unreadable, draft, wire);
        }
        int sent = draft.version;
        EventVersion newest =
                requireNonNull(reading.family(requireNonNull(draft.type))).newest();
        Object event = tree == null ? requireNonNull(data) : upcast(tree);
        draft.version = newest.number();
        draft.minReader = newest.declaration().minReader();
        return new Decoded.Known(new Envelope<>(draft, (Event) event), sent, wire);
    }

    private void bindApart(byte[] bytes, int from, int length) {
        try (JsonParser apart = reading.limits().parser(bytes, from, length)) {
            apart.nextToken();
            bind(apart);
            if (unreadable == null && apart.nextToken() != null) {
                throw new BadDocument(Malformed.Fault.NO_JSON, "nothing must follow the data");
            }
        }
    }

    private Object upcast(EventNode old) {
        EventFamily family = requireNonNull(reading.family(requireNonNull(draft.type)));
        String path =
                draft.type + " v" + draft.version + " to v" + family.newest().number();
        try {
            EventNode now = family.upcast(old, draft.version);
            if (now == null) {
                throw new BadDocument(Malformed.Fault.BAD_UPCAST, path + ": an upcaster gave null");
            }
            return family.newest().shape().fromTree(now);
        } catch (BadValue e) {
            throw new BadDocument(Malformed.Fault.BAD_UPCAST, path + ": " + e.getMessage());
        } catch (BadDocument e) {
            throw e;
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            // its message may hold what came over the wire
            throw new BadDocument(
                    Malformed.Fault.BAD_UPCAST,
                    path + ": an upcaster threw " + e.getClass().getSimpleName());
        }
    }

    private void stranger(String name) {
        strangers = strangers == null ? new HashSet<>() : strangers;
        if (!strangers.add(name)) {
            throw new BadDocument(Malformed.Fault.NO_JSON, "a name must come once");
        }
        JsonToken token = json.currentToken();
        if (token.isScalarValue() && token != JsonToken.VALUE_NULL && Attributes.isHeaderName(name)) {
            headers = headers == null ? new TreeMap<>() : headers;
            headers.put(name, json.getString());
            return;
        }
        skip();
    }

    private void skip() {
        skip(json);
    }

    private static void skip(JsonParser from) {
        try {
            Skip.value(from);
        } catch (BadValue e) {
            throw new BadDocument(Malformed.Fault.NO_JSON, "a name must come once");
        }
    }

    private void once(int attribute, String name) {
        if ((seen & 1 << attribute) != 0) {
            throw new BadDocument(Malformed.Fault.NO_JSON, name + " must come once");
        }
        seen |= 1 << attribute;
    }

    private boolean knows(int attribute) {
        return (seen & 1 << attribute) != 0;
    }

    private String text(String name) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw bad(name, "must be a text");
        }
        String text = json.getString();
        if (text.isBlank()) {
            throw bad(name, "must not be blank");
        }
        return text;
    }

    private <T> T parsed(String name, Function<String, T> parse) {
        try {
            return parse.apply(text(name));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw bad(name, "must have its form");
        }
    }

    private int positive(String name) {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() != JsonParser.NumberType.INT
                || json.getIntValue() < 1) {
            throw bad(name, "must be a whole number of at least 1");
        }
        return json.getIntValue();
    }

    private static Priority priority(String name) {
        for (Priority priority : PRIORITIES) {
            if (priority.name().equals(name)) {
                return priority;
            }
        }
        return Priority.NORMAL; // one that a later release added
    }

    private static BadDocument bad(String name, String rule) {
        return new BadDocument(Malformed.Fault.BAD_ENVELOPE, name + " " + rule);
    }

    /** A bit for each attribute that may come once. */
    private static final class Attr {
        static final int SPEC_VERSION = 0;
        static final int ID = 1;
        static final int SOURCE = 2;
        static final int TYPE = 3;
        static final int VERSION = 4;
        static final int MIN_READER = 5;
        static final int TIME = 6;
        static final int TENANT = 7;
        static final int DATA = 8;
        static final int PRIORITY = 9;
        static final int SESSION = 10;
        static final int KEY = 11;
        static final int TRACE = 12;
        static final int CORRELATION = 13;
        static final int CAUSATION = 14;
        static final int CONTENT_TYPE = 15;
        static final int COMPRESSION = 16;

        static final int REQUIRED = (1 << (DATA + 1)) - 1;
        static final String[] NAMES = {
            Attributes.SPEC_VERSION,
            Attributes.ID,
            Attributes.SOURCE,
            Attributes.TYPE,
            Attributes.VERSION,
            Attributes.MIN_READER,
            Attributes.TIME,
            Attributes.TENANT,
            Attributes.DATA
        };
    }
}
