package dev.mneme.events;

import dev.mneme.events.Decoded.Malformed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Compression of data, with a bound on what comes out of it. */
final class Gzip {

    static final String NAME = "gzip";

    private Gzip() {}

    static byte[] deflate(byte[] bytes) {
        var out = new ByteArrayOutputStream(bytes.length / 2);
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("compressing in memory failed", e);
        }
        return out.toByteArray();
    }

    /**
     * @throws BadDocument if the bytes are no gzip, or hold more than {@code max} bytes; no more than those are inflated
     */
    static byte[] inflate(byte[] bytes, int max) {
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            byte[] inflated = gzip.readNBytes(max);
            if (gzip.read() >= 0) {
                throw new BadDocument(
                        Malformed.Fault.TOO_LARGE, "data must have at most " + max + " bytes after inflating");
            }
            return inflated;
        } catch (IOException e) {
            throw new BadDocument(Malformed.Fault.NO_JSON, "data_base64 must be gzip");
        }
    }
}
