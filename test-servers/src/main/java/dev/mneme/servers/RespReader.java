package dev.mneme.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads replies of RESP2 and RESP3. */
final class RespReader {

    /** An error reply. */
    record Failure(String message) {}

    private final InputStream in;

    RespReader(InputStream in) {
        this.in = in;
    }

    @Nullable
    Object read() throws IOException {
        int kind = in.read();
        if (kind < 0) {
            throw new EOFException("the server closed the connection");
        }
        String line = line();
        return switch (kind) {
            case '+' -> line;
            case '-' -> new Failure(line);
            case ':' -> Long.valueOf(line);
            case ',' -> number(line);
            case '#' -> line.equals("t");
            case '(' -> new BigInteger(line);
            case '_' -> null;
            case '$' -> bulk(Integer.parseInt(line));
            case '!' -> new Failure(String.valueOf(bulk(Integer.parseInt(line))));
            case '=' -> verbatim(Integer.parseInt(line));
            case '*', '~', '>' -> list(Integer.parseInt(line));
            case '%' -> map(Integer.parseInt(line));
            case '|' -> {
                map(Integer.parseInt(line));
                yield read();
            }
            default -> throw new IOException("not RESP: a reply began with byte " + kind);
        };
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.readNBytes(2).length < 2) {
            throw new EOFException("the server closed the connection within a reply");
        }
        return new String(bytes, UTF_8);
    }

    /** Without the three letters of its format and the colon. */
    private String verbatim(int length) throws IOException {
        return String.valueOf(bulk(length)).substring(4);
    }

    private @Nullable List<@Nullable Object> list(int size) throws IOException {
        if (size < 0) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Object element = read();
            list.add(element instanceof Failure failure ? failure.message() : element);
        }
        return list;
    }

    private Map<@Nullable Object, @Nullable Object> map(int size) throws IOException {
        Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < size; i++) {
            Object key = read();
            map.put(key, read());
        }
        return map;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server closed the connection within a reply");
            }
            line.write(b);
        }
        if (in.read() != '\n') {
            throw new IOException("not RESP: a line did not end with CR LF");
        }
        return line.toString(UTF_8);
    }

    private static double number(String line) {
        return switch (line) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> Double.parseDouble(line);
        };
    }
}
