package dev.mneme.memory.context.transfer;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Hit;
import dev.mneme.memory.context.Hits;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What was answered last, for when nobody can be asked. Not safe to share between threads. */
final class RememberedAnswers {

    static final int ANSWERS = 1_000;
    static final long CHARACTERS = 8_000_000;

    private final Map<Asked, Hits> answers = new LinkedHashMap<>(16, 0.75f, true);
    private long characters;
    private long removals;

    private record Asked(AgentKey agent, ContextQuery query) {}

    /** How often answers were forgotten because records went. */
    long removals() {
        return removals;
    }

    /**
     * Keeps an answer, unless records went since it was asked for: it may have one of them.
     *
     * @param removals as {@link #removals} was before
     */
    void remember(AgentKey agent, ContextQuery query, Hits hits, long removals) {
        if (removals != this.removals) {
            return;
        }
        Hits before = answers.put(new Asked(agent, query), hits);
        characters += length(hits) - (before == null ? 0 : length(before));
        Iterator<Hits> eldest = answers.values().iterator();
        while (answers.size() > ANSWERS || characters > CHARACTERS) {
            characters -= length(eldest.next());
            eldest.remove();
        }
    }

    Optional<Hits> find(AgentKey agent, ContextQuery query) {
        return Optional.ofNullable(answers.get(new Asked(agent, query)));
    }

    void forget(Tenant tenant) {
        forget(agent -> agent.tenant().equals(tenant));
    }

    void forget(AgentKey gone) {
        forget(agent -> agent.equals(gone));
    }

    private void forget(Predicate<AgentKey> gone) {
        removals++;
        answers.keySet().removeIf(asked -> gone.test(asked.agent));
        characters =
                answers.values().stream().mapToLong(RememberedAnswers::length).sum();
    }

    private static long length(Hits hits) {
        long length = 0;
        for (Hit hit : hits) {
            length += hit.text().length();
        }
        return length;
    }
}
