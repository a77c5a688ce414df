package dev.mneme.memory.context.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.transfer.RecordJson.Line;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A change that waits for its store: a record to be put, or the id of one to be deleted.
 *
 * <p>As a line it is the CRC-32C of its JSON in eight hexadecimal digits, a space, and the JSON.
 */
record QueuedChange(AgentKey agent, String id, Optional<Interaction> put) {

    private static final int DIGITS = 8;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    static QueuedChange put(AgentKey agent, Interaction interaction) {
        return new QueuedChange(agent, interaction.id(), Optional.of(interaction));
    }

    static QueuedChange delete(AgentKey agent, String id) {
        return new QueuedChange(agent, id, Optional.empty());
    }

    byte[] line() {
        byte[] json = put.map(interaction -> ContextLines.bytes(agent, interaction))
                .orElseGet(() -> ContextLines.bytes(agent, id));
        byte[] line = new byte[DIGITS + 1 + json.length + 1];
        byte[] digits = digits(json).getBytes(UTF_8);
        System.arraycopy(digits, 0, line, 0, DIGITS);
        line[DIGITS] = ' ';
        System.arraycopy(json, 0, line, DIGITS + 1, json.length);
        line[line.length - 1] = '\n';
        return line;
    }

    /** The change of a line without its end; null if it is damaged. */
    static @Nullable QueuedChange of(byte[] line) {
        if (line.length < DIGITS + 2) {
            return null;
        }
        byte[] json = new byte[line.length - DIGITS - 1];
        System.arraycopy(line, DIGITS + 1, json, 0, json.length);
        if (!digits(json).equals(new String(line, 0, DIGITS, UTF_8))) {
            return null;
        }
        try {
            JsonNode read = MAPPER.readTree(json);
            if (read.has("deleted")) {
                AgentKey agent = AgentKey.of(
                        read.path("tenant").stringValue(""), read.path("agent").stringValue(""));
                return delete(agent, read.path("deleted").stringValue(""));
            }
            Line put = RecordJson.read(read);
            return put(put.agent(), put.interaction());
        } catch (JacksonException | IllegalArgumentException e) {
            return null; // whole, but of another version
        }
    }

    private static String digits(byte[] json) {
        var crc = new CRC32C();
        crc.update(json, 0, json.length);
        return String.format("%08x", crc.getValue());
    }
}
