package dev.mneme.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.Tenant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** Samples of released events: files in {@code <type>/v<version>/}, each one encoded event. */
final class SampleStore {

    private static final String GENERATED = "generated.json";
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
    private static final UUID ID = UUID.fromString("019b76da-a800-7000-8000-000000000000");

    private final Path directory;

    SampleStore(Path directory) {
        this.directory = directory;
    }

    /** The files of a version, sorted by name, each with its bytes. */
    SortedMap<String, byte[]> of(String type, int version) {
        Path folder = folder(type, version);
        var samples = new TreeMap<String, byte[]>();
        if (!Files.isDirectory(folder)) {
            return samples;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".json")).toList()) {
                samples.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new SchemaLockException(folder + " cannot be read", e);
        }
        return samples;
    }

    /**
     * Writes a sample of a version that has none.
     *
     * @throws SchemaLockException if the record's constructor refuses every value that we can think of
     */
    void generate(EventVersion version, EventCodec codec) {
        EventDeclaration declared = version.declaration();
        Path folder = folder(declared.name(), declared.version());
        byte[] wire;
        try {
            var event = (Event) version.shape().construct(SampleValues.of(version.shape()));
            wire = codec.encode(Envelope.of(event)
                    .id(ID)
                    .time(TIME)
                    .source("/sample")
                    .tenant(Tenant.of("sample"))
                    .key("sample"));
        } catch (BadValue | IllegalArgumentException e) {
            throw new SchemaLockException(
                    declared + " has rules of its own that no generated sample keeps; put one encoded event into "
                            + folder,
                    e);
        }
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(GENERATED), new String(wire, UTF_8) + '\n', UTF_8);
        } catch (IOException e) {
            throw new SchemaLockException(folder + " cannot be written", e);
        }
    }

    static String digest(byte[] sample) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sample));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private Path folder(String type, int version) {
        return directory.resolve(type).resolve("v" + version);
    }
}
