package dev.mneme.examples;

import static dev.mneme.memory.context.Fields.success;
import static dev.mneme.memory.context.Fields.time;
import static dev.mneme.memory.context.Fields.type;
import static java.time.Duration.ofDays;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.Hits;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.lucene.LuceneContextStore;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {

    @Test
    void theCodeOnTheFirstScreenDoesWhatItSays(@TempDir Path folder) {
        Instant monthAgo = Instant.now().minus(ofDays(30));
        try (ContextStore store = LuceneContextStore.open(folder, HashingEmbedder.ofDimensions(384))) {
            AgentContext memory = store.agent(AgentKey.of("user-42", "planner"));

            memory.add(Interaction.of("order-17/attempt-2", "Оплата заказа 17 упала: ERR_CONN_42, retry helped")
                    .type("tool_call")
                    .success(true)
                    .meta("tool", "payments"));

            Hits hits = memory.search(ContextQuery.text("ошибка оплаты retry")
                    .where(type().in("tool_call", "message")
                            .and(success().isTrue())
                            .and(time().after(monthAgo)))
                    .halfLife(ofDays(7))
                    .limit(8)
                    .explain());

            assertThat(hits.ids()).containsExactly("order-17/attempt-2");
            assertThat(hits.list().get(0).explanation().orElseThrow().text()).isPresent();
        }
    }
}
