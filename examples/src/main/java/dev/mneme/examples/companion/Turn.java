package dev.mneme.examples.companion;

import dev.mneme.memory.context.Interaction;
import java.time.Instant;
import java.util.Optional;

/**
 * One turn of a dialogue.
 *
 * @param id unique within the dialogue, such as {@code D3:12}
 * @param session the sitting it belongs to, such as {@code session_3}
 * @param position its place in the session, from 0
 * @param text what was said; the caption of a picture that was shown follows in brackets
 * @param time the session's time plus one second for each turn before it, so that turns keep their order
 * @param type what kind of turn it is, if it is no plain message
 * @param success whether it went well, if it is known
 * @param tool the tool it called, if it called one
 */
public record Turn(
        String id,
        String session,
        int position,
        String speaker,
        String text,
        Instant time,
        Optional<String> type,
        Optional<Boolean> success,
        Optional<String> tool) {

    /**
     * This turn as an agent remembers it. Its id is the turn's own, so remembering it again changes nothing.
     *
     * @throws IllegalArgumentException if a part is nothing a memory can keep, such as a blank speaker
     */
    public Interaction interaction() {
        Interaction said = Interaction.of(id, text)
                .session(session)
                .position(position)
                .speaker(speaker)
                .time(time);
        Interaction typed = type.map(said::type).orElse(said);
        Interaction judged = success.map(typed::success).orElse(typed);
        return tool.map(name -> judged.meta("tool", name)).orElse(judged);
    }
}
