package dev.mneme.examples.companion;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.Interaction;
import java.util.List;

/**
 * A long conversation in many sessions, and questions about it; one agent remembers one dialogue.
 *
 * @param turns in the order in which they were said
 * @param questions all of them, judged or not
 */
public record Dialogue(String id, List<Turn> turns, List<Question> questions) {

    public Dialogue {
        turns = List.copyOf(turns);
        questions = List.copyOf(questions);
    }

    /** The agent whose memory holds this dialogue, and nothing else. */
    public AgentKey agent() {
        return AgentKey.of("companion", id);
    }

    public List<Interaction> interactions() {
        return turns.stream().map(Turn::interaction).toList();
    }

    /** The questions by which recall is measured. */
    public List<Question> judged() {
        return questions.stream().filter(Question::isJudged).toList();
    }
}
