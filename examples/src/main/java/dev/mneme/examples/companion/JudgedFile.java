package dev.mneme.examples.companion;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.JudgedQuestion;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Records and judged questions from a file of JSON lines, one object a line:
 *
 * <pre>{@code
 * {"id": "1", "text": "I sold my violin", "session": "s1", "speaker": "Ann", "position": 0, "time": "2026-03-03T09:12:00Z"}
 * {"question": "What did Ann sell?", "evidence": ["1"], "category": "plain"}
 * }</pre>
 *
 * <p>Of a record only {@code id} and {@code text} are needed, of a question {@code question} and {@code evidence}. A {@code
 * memory} in either names one of several memories, each apart from the others.
 *
 * @param name the file's name and a short hash of its content
 * @param memories at least one
 */
record JudgedFile(String name, List<Memory> memories) {

    private static final JsonMapper JSON = JsonMapper.shared();

    JudgedFile {
        memories = List.copyOf(memories);
    }

    /** Records, and questions about them. */
    record Memory(AgentKey agent, List<Interaction> records, List<JudgedQuestion> questions) {}

    /**
     * @throws BadInputException if the file cannot be read or a line is not as it should be; the message says where
     */
    static JudgedFile read(Path path) {
        byte[] content = DialogueFile.bytes(path);
        String fileName = String.valueOf(path.getFileName());
        String shown = Terminal.printable(fileName);
        Map<String, Memory> memories = new LinkedHashMap<>();
        int number = 0;
        for (String line : new String(content, UTF_8).lines().toList()) {
            number++;
            if (!line.isBlank()) {
                take(line(line, shown + ", line " + number), memories);
            }
        }
        if (memories.values().stream().allMatch(memory -> memory.questions.isEmpty())) {
            throw new BadInputException(shown + ": must have at least one question");
        }
        return new JudgedFile("judged-" + DialogueFile.name(fileName, content), List.copyOf(memories.values()));
    }

    private static Part line(String line, String place) {
        try {
            var part = new Part(JSON.readTree(line), place);
            if (!part.node().isObject()) {
                throw part.wrong("must be an object");
            }
            return part;
        } catch (JacksonException e) {
            throw new BadInputException(place + " is no JSON"); // its message would quote the file
        }
    }

    private static void take(Part part, Map<String, Memory> memories) {
        try {
            String name = part.optionalText("memory").orElse("judged");
            Memory memory = memories.computeIfAbsent(
                    name, any -> new Memory(AgentKey.of("judged", name), new ArrayList<>(), new ArrayList<>()));
            if (part.has("question")) {
                memory.questions.add(question(part));
            } else {
                memory.records.add(record(part));
            }
        } catch (IllegalArgumentException e) {
            throw part.wrong(String.valueOf(e.getMessage()));
        }
    }

    private static JudgedQuestion question(Part part) {
        var evidence = new ArrayList<String>();
        for (Part id : part.list("evidence", "evidence")) {
            if (!id.node().isString()) {
                throw id.wrong("must be the id of a record");
            }
            evidence.add(id.node().stringValue());
        }
        return new JudgedQuestion(
                part.text("question"), evidence, part.optionalText("category").orElse(""));
    }

    private static Interaction record(Part part) {
        Interaction record = Interaction.of(part.text("id"), part.text("text"));
        Optional<String> session = part.optionalText("session");
        record = session.isPresent() ? record.session(session.get()) : record;
        Optional<String> speaker = part.optionalText("speaker");
        record = speaker.isPresent() ? record.speaker(speaker.get()) : record;
        record = part.has("position") ? record.position(part.number("position", 0, Integer.MAX_VALUE)) : record;
        Optional<String> time = part.optionalText("time");
        return time.isPresent() ? record.time(time(part, time.get())) : record;
    }

    private static Instant time(Part part, String time) {
        try {
            return Instant.parse(time);
        } catch (DateTimeParseException e) {
            throw part.wrong("time must be such as '2026-03-03T09:12:00Z'");
        }
    }
}
