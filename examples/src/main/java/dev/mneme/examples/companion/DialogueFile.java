package dev.mneme.examples.companion;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Dialogues from a JSON file in the layout of LoCoMo (Maharana et al., 2024), all read and checked at once.
 *
 * @param name the file's name without its ending, and a short hash of its content: another for each content
 * @param dialogues at least one, each with at least one turn
 */
public record DialogueFile(String name, List<Dialogue> dialogues) {

    /** The most bytes of a file. */
    public static final int MAX_BYTES = 256 << 20;

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SAMPLE = "sample.json";

    public DialogueFile {
        dialogues = List.copyOf(dialogues);
    }

    /** The sample that comes with this example: three dialogues with 150 turns in Russian and English, 100 questions, half
     * of them in each language. */
    public static DialogueFile bundled() {
        try (InputStream in = Objects.requireNonNull(DialogueFile.class.getResourceAsStream(SAMPLE), SAMPLE)) {
            return parse(SAMPLE, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @throws BadInputException if the file cannot be read, is no JSON, or has another layout; the message says where
     */
    public static DialogueFile read(Path path) {
        return parse(String.valueOf(path.getFileName()), bytes(path));
    }

    /** How many turns all dialogues have. */
    public int turns() {
        return dialogues.stream().mapToInt(dialogue -> dialogue.turns().size()).sum();
    }

    /** How many judged questions all dialogues have. */
    public int judged() {
        return dialogues.stream().mapToInt(dialogue -> dialogue.judged().size()).sum();
    }

    /** The content of a file. */
    static byte[] bytes(Path path) {
        String shown = Terminal.printable(path.toString());
        try {
            if (!Files.exists(path)) {
                throw new BadInputException("there is no file '" + shown + "'");
            }
            if (!Files.isRegularFile(path)) {
                throw new BadInputException("'" + shown + "' is not a file");
            }
            if (Files.size(path) > MAX_BYTES) {
                throw new BadInputException(
                        shown + " must have at most " + MAX_BYTES + " bytes, had " + Files.size(path));
            }
            return Files.readAllBytes(path);
        } catch (AccessDeniedException e) {
            throw new BadInputException(shown + " may not be read by this user");
        } catch (IOException e) {
            throw new BadInputException(shown + " could not be read");
        }
    }

    private static DialogueFile parse(String fileName, byte[] content) {
        String shown = Terminal.printable(fileName);
        try {
            JsonNode root = JSON.readTree(content);
            return new DialogueFile(name(fileName, content), LocomoLayout.dialogues(new Part(root, shown)));
        } catch (JacksonException e) {
            // its message would quote the file
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw new BadInputException(shown + " is no JSON" + where);
        }
    }

    /** The file's name without its ending, and a short hash of its content. */
    static String name(String fileName, byte[] content) {
        int dot = fileName.lastIndexOf('.');
        String stem = dot > 0 ? fileName.substring(0, dot) : fileName;
        return stem.substring(0, Math.min(stem.length(), 60)) + '-' + hash(content);
    }

    private static String hash(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
