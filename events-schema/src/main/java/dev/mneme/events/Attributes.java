package dev.mneme.events;

import java.util.Set;
import java.util.regex.Pattern;

/** The names of an envelope's parts on the wire: those of CloudEvents 1.0, and extensions of it in the same manner. */
final class Attributes {

    static final String SPEC_VERSION = "specversion";
    static final String ID = "id";
    static final String SOURCE = "source";
    static final String TYPE = "type";
    static final String VERSION = "dataversion";
    static final String MIN_READER = "minreader";
    static final String TIME = "time";
    static final String PRIORITY = "priority";
    static final String TENANT = "tenant";
    static final String SESSION = "sessionid";
    static final String KEY = "partitionkey";
    static final String TRACE = "traceid";
    static final String CORRELATION = "correlationid";
    static final String CAUSATION = "causationid";
    static final String COMPRESSION = "datacompression";
    static final String CONTENT_TYPE = "datacontenttype";
    static final String DATA = "data";
    static final String DATA_BASE64 = "data_base64";

    static final String SPEC = "1.0";

    private static final Set<String> OURS = Set.of(
            SPEC_VERSION,
            ID,
            SOURCE,
            TYPE,
            VERSION,
            MIN_READER,
            TIME,
            PRIORITY,
            TENANT,
            SESSION,
            KEY,
            TRACE,
            CORRELATION,
            CAUSATION,
            COMPRESSION,
            CONTENT_TYPE,
            DATA,
            DATA_BASE64);

    private static final Pattern HEADER = Pattern.compile("[a-z0-9]{1,20}");

    private Attributes() {}

    static void checkHeaderName(String name) {
        if (!HEADER.matcher(name).matches() || OURS.contains(name)) {
            throw new IllegalArgumentException(
                    "a header's name must have 1 to 20 characters of a-z and 0-9 and be none of the envelope's own, was '"
                            + name + "'");
        }
    }

    /** Whether an unknown attribute can be given to the user as a header. */
    static boolean isHeaderName(String name) {
        return HEADER.matcher(name).matches() && !OURS.contains(name);
    }
}
