package dev.mneme.examples.companion;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The layout of LoCoMo, read strictly: what a memory would refuse later is refused here, before anything is written.
 *
 * <p>A file is a list of dialogues {@code {sample_id, conversation, qa}}. A conversation has its turns in {@code session_1},
 * {@code session_2} and so on, each with its time in {@code session_N_date_time}. A turn is {@code {speaker, dia_id, text}},
 * with {@code blip_caption} if a picture was shown; {@code type}, {@code success} and {@code tool} are additions of ours.
 * A question is {@code {question, evidence, category}}; {@code qa} may be left out.
 */
final class LocomoLayout {

    private static final Pattern SESSION = Pattern.compile("session_[1-9][0-9]{0,8}");

    /** Some evidence names several turns in one text, such as {@code D9:1 D4:4} or {@code D2:1; D2:3}. */
    private static final Pattern BETWEEN_IDS = Pattern.compile("[\\s;,/]+");

    /** {@code 1:56 pm on 8 May, 2023}. */
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("h:mm a 'on' d MMMM, uuuu")
            .toFormatter(Locale.ENGLISH);

    private LocomoLayout() {}

    static List<Dialogue> dialogues(Part root) {
        var dialogues = new ArrayList<Dialogue>();
        Set<String> ids = new HashSet<>();
        for (Part part : root.list("must be a list of dialogues", "dialogue", root.place())) {
            Dialogue dialogue = dialogue(part);
            if (!ids.add(dialogue.id())) {
                throw part.wrong("sample_id must be unique in the file");
            }
            dialogues.add(dialogue);
        }
        if (dialogues.isEmpty()) {
            throw root.wrong("must have at least one dialogue");
        }
        return dialogues;
    }

    private static Dialogue dialogue(Part part) {
        String id = part.text("sample_id");
        checked(part, () -> AgentKey.of("companion", id));
        List<Turn> turns = turns(part.object("conversation"));
        Set<String> turnIds = new HashSet<>();
        for (Turn turn : turns) {
            if (!turnIds.add(turn.id())) {
                throw part.wrong("dia_id must be unique, stands twice in " + turn.session() + " or before it");
            }
        }
        List<Part> questions = part.has("qa") ? part.list("qa", "question") : List.of();
        return new Dialogue(
                id, turns, questions.stream().map(qa -> question(qa, turnIds)).toList());
    }

    private static List<Turn> turns(Part conversation) {
        List<String> sessions = conversation.node().propertyNames().stream()
                .filter(SESSION.asMatchPredicate())
                .sorted((one, other) -> Integer.compare(number(one), number(other)))
                .toList();
        List<Turn> turns = sessions.stream()
                .flatMap(session -> session(conversation, session))
                .toList();
        if (turns.isEmpty()) {
            throw conversation.wrong("the conversation must have a session_1 with at least one turn");
        }
        return turns;
    }

    private static int number(String session) {
        return Integer.parseInt(session.substring("session_".length()));
    }

    private static Stream<Turn> session(Part conversation, String session) {
        Instant start = time(conversation, session + "_date_time");
        List<Part> parts = conversation.list(session, session + ", turn");
        var turns = new ArrayList<Turn>(parts.size());
        for (Part part : parts) {
            turns.add(turn(part, session, turns.size(), start));
        }
        return turns.stream();
    }

    private static Instant time(Part conversation, String key) {
        try {
            return LocalDateTime.parse(conversation.text(key).strip(), TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            throw conversation.wrong(key + " must be a time such as '1:56 pm on 8 May, 2023'");
        }
    }

    private static Turn turn(Part part, String session, int position, Instant start) {
        var turn = new Turn(
                part.text("dia_id"),
                session,
                position,
                part.text("speaker"),
                text(part),
                start.plusSeconds(position),
                part.optionalText("type"),
                part.optionalFlag("success"),
                part.optionalText("tool"));
        checked(part, turn::interaction);
        return turn;
    }

    private static String text(Part part) {
        String said = part.text("text");
        String text = part.optionalText("blip_caption")
                .filter(caption -> !caption.isBlank())
                .map(caption -> said + " [" + caption + "]")
                .orElse(said)
                .strip();
        if (text.isEmpty()) {
            throw part.wrong("text must not be blank");
        }
        int bytes = text.getBytes(UTF_8).length;
        if (bytes > AgentContext.DEFAULT_MAX_TEXT_BYTES) {
            throw part.wrong("text must have at most " + AgentContext.DEFAULT_MAX_TEXT_BYTES + " bytes, had " + bytes);
        }
        return text;
    }

    private static Question question(Part part, Set<String> turnIds) {
        String text = part.text("question");
        checked(part, () -> ContextQuery.text(text));
        List<Part> evidence = part.has("evidence") ? part.list("evidence", "evidence") : List.of();
        return new Question(
                text, evidence.stream().flatMap(one -> ids(one, turnIds)).toList(), part.number("category", 1, 5));
    }

    private static Stream<String> ids(Part evidence, Set<String> turnIds) {
        if (!evidence.node().isString()) {
            throw evidence.wrong("must be the dia_id of a turn");
        }
        String ids = evidence.node().stringValue();
        return turnIds.contains(ids)
                ? Stream.of(ids)
                : BETWEEN_IDS.splitAsStream(ids).filter(id -> !id.isEmpty());
    }

    /** Tells where it is that a rule of the memory was broken. */
    private static void checked(Part part, Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            throw part.wrong(String.valueOf(e.getMessage()));
        }
    }
}
