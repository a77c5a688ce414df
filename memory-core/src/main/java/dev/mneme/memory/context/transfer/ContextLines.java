package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.transfer.RecordJson.Line;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The lines of a file of memories: a head with the embedder's fingerprint, a line for each record, and a last one with how
 * many there are, by which a file that was cut is told from a whole one.
 */
final class ContextLines {

    static final int VERSION = 1;

    private static final String HEAD = "mneme-context";

    /** Shortest digits that read back the same, by its own means: those of {@code Double.toString} changed with Java 19. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(JSON).build();

    private ContextLines() {}

    /** What the first line says. */
    record Head(String embedder, boolean vectors) {}

    /** A record by itself, with its vector. */
    static byte[] bytes(AgentKey agent, Interaction interaction) {
        return bytes(json -> RecordJson.write(json, agent, interaction, true));
    }

    /** The id of a record that was deleted. */
    static byte[] bytes(AgentKey agent, String deleted) {
        return bytes(json -> {
            json.writeStartObject();
            json.writeStringProperty("tenant", agent.tenant().id());
            json.writeStringProperty("agent", agent.agent());
            json.writeStringProperty("deleted", deleted);
            json.writeEndObject();
        });
    }

    private interface Content {
        void write(JsonGenerator json);
    }

    private static byte[] bytes(Content content) {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            content.write(json);
        }
        return bytes.toByteArray();
    }

    /** Writes a file, line by line. */
    static final class Writer {
        private final OutputStream out;
        private final boolean vectors;
        private long records;

        Writer(OutputStream out, Head head) throws IOException {
            this.out = out;
            this.vectors = head.vectors;
            write(json -> {
                json.writeStartObject();
                json.writeNumberProperty(HEAD, VERSION);
                json.writeStringProperty("embedder", head.embedder);
                json.writeBooleanProperty("vectors", head.vectors);
                json.writeEndObject();
            });
        }

        void write(AgentKey agent, Interaction interaction) throws IOException {
            write(json -> RecordJson.write(json, agent, interaction, vectors));
            records++;
        }

        void end() throws IOException {
            write(json -> {
                json.writeStartObject();
                json.writeNumberProperty("records", records);
                json.writeEndObject();
            });
        }

        private void write(Content content) throws IOException {
            out.write(bytes(content));
            out.write('\n');
        }
    }

    /** Reads a file, line by line. */
    static final class Reader implements Closeable {
        private final Path file;
        private final BufferedReader in;
        private long line;
        private long records;

        Reader(Path file) throws IOException {
            this.file = file;
            this.in = Files.newBufferedReader(file); // refuses bytes that are no UTF-8
        }

        /** The first line, to be read first. */
        Head head() {
            JsonNode first = next();
            if (first == null || !first.path(HEAD).isInt()) {
                throw new ContextFileException(
                        file + " must begin with a line that has '" + HEAD + "', began otherwise", null);
            }
            int version = first.get(HEAD).intValue();
            if (version != VERSION) {
                throw new ContextFileException(
                        file + " must have the version " + VERSION + ", had " + version + "; a newer Mneme wrote it",
                        null);
            }
            return new Head(
                    first.path("embedder").stringValue(""),
                    first.path("vectors").booleanValue(false));
        }

        /** The next record; empty behind the last one of a whole file. */
        Optional<Line> read() {
            JsonNode next = next();
            if (next == null) {
                throw new ContextFileException(
                        file + " must end with a line that counts its records, ended after record " + records, null);
            }
            if (next.has("records")) {
                long counted = next.get("records").longValue(-1);
                if (counted != records || next() != null) {
                    throw new ContextFileException(
                            file + " must have as many records as its last line says, said " + counted + " after "
                                    + records,
                            null);
                }
                return Optional.empty();
            }
            records++;
            try {
                return Optional.of(RecordJson.read(next));
            } catch (IllegalArgumentException e) {
                throw new ContextFileException(file + " has a bad record " + records + ": " + e.getMessage(), null);
            }
        }

        private @Nullable JsonNode next() {
            try {
                String text = in.readLine();
                if (text == null) {
                    return null;
                }
                line++;
                JsonNode read = MAPPER.readTree(text);
                if (!read.isObject()) {
                    throw new ContextFileException(
                            file + " must have an object in line " + line + ", had " + read.getNodeType(), null);
                }
                return read;
            } catch (JacksonException e) {
                // its own message would show a piece of the file
                throw new ContextFileException(file + " must be JSON in line " + line + ", was not, or was cut", null);
            } catch (IOException e) {
                throw new ContextFileException(file + " cannot be read behind line " + line, e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
