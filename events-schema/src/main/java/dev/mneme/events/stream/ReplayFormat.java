package dev.mneme.events.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.events.stream.ReplaySignal.Gap;
import java.io.ByteArrayOutputStream;

/**
 * How signals are written to a connection. Each is one piece that can be written as it is; events are in the codec's own
 * JSON, so a listener outside needs a codec that does not compress.
 */
public enum ReplayFormat {

    /**
     * One JSON object a line: {@code {"id":…,"event":{…}}}, {@code {"gap":{"oldest":…}}} (an id or null),
     * {@code {"heartbeat":…}} (a time) or {@code {"end":…}} (a reason).
     */
    NDJSON("application/x-ndjson") {
        @Override
        public byte[] encode(ReplaySignal signal) {
            return signal.fold(
                    item -> joined(
                            "{\"id\":\"" + item.id() + "\",\"event\":",
                            item.event().shared(),
                            "}\n"),
                    gap -> ("{\"gap\":" + oldest(gap) + "}\n").getBytes(UTF_8),
                    heartbeat -> ("{\"heartbeat\":\"" + heartbeat.at() + "\"}\n").getBytes(UTF_8),
                    end -> ("{\"end\":\"" + end.reason() + "\"}\n").getBytes(UTF_8));
        }
    },

    /**
     * Server-sent events: an event's id is the {@code id}, by which a browser reconnects, its type the {@code event}; a
     * gap is an event {@code mneme.gap} and an end an event {@code mneme.end}, both without id; a heartbeat is a comment.
     */
    SSE("text/event-stream") {
        @Override
        public byte[] encode(ReplaySignal signal) {
            return signal.fold(
                    item -> joined(
                            "id: " + item.id() + "\nevent: "
                                    + oneLine(item.event().type()) + "\ndata: ",
                            item.event().shared(),
                            "\n\n"),
                    gap -> ("event: mneme.gap\ndata: " + oldest(gap) + "\n\n").getBytes(UTF_8),
                    heartbeat -> (": " + heartbeat.at() + "\n\n").getBytes(UTF_8),
                    end -> ("event: mneme.end\ndata: {\"reason\":\"" + end.reason() + "\"}\n\n").getBytes(UTF_8));
        }
    };

    private final String contentType;

    ReplayFormat(String contentType) {
        this.contentType = contentType;
    }

    /** The media type of the connection. */
    public String contentType() {
        return contentType;
    }

    /** One signal, as UTF-8, complete with what ends it. */
    public abstract byte[] encode(ReplaySignal signal);

    private static String oldest(Gap gap) {
        return "{\"oldest\":" + (gap.oldest() == null ? "null" : "\"" + gap.oldest() + "\"") + "}";
    }

    private static byte[] joined(String before, byte[] json, String after) {
        var joined = new ByteArrayOutputStream(before.length() + json.length + after.length());
        joined.writeBytes(before.getBytes(UTF_8));
        joined.writeBytes(
                isOneLine(json) ? json : oneLine(new String(json, UTF_8)).getBytes(UTF_8));
        joined.writeBytes(after.getBytes(UTF_8));
        return joined.toByteArray();
    }

    private static boolean isOneLine(byte[] json) {
        for (byte b : json) {
            if (b == '\n' || b == '\r') {
                return false;
            }
        }
        return true;
    }

    /** In JSON a line break can only be white space between tokens: within a text it is escaped. */
    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ');
    }
}
