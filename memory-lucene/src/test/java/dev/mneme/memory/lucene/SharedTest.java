package dev.mneme.memory.lucene;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SharedTest {

    private final FactRows rows = new FactRows();

    /** Facts whose strings are all objects of their own. */
    private static Interaction facts(String id, String session) {
        return Interaction.of(id, "")
                .type(new String("tool_call"))
                .session(new String(session))
                .speaker(new String("Anna"))
                .meta(new String("tool"), MetaValue.of(new String("payments")))
                .time(Instant.EPOCH);
    }

    @Test
    void recordsShareEqualNamesValuesAndMetadata() {
        Interaction one = rows.set(0, facts("a", "s1"));
        Interaction other = rows.set(1, facts("b", "s1"));
        assertThat(other.type()).isSameAs(one.type());
        assertThat(other.session().orElseThrow()).isSameAs(one.session().orElseThrow());
        assertThat(other.speaker().orElseThrow()).isSameAs(one.speaker().orElseThrow());
        assertThat(other.meta().get("tool")).isSameAs(one.meta().get("tool"));
        assertThat(rows.metadata(1)).isSameAs(rows.metadata(0));
    }

    @Test
    void whatIsKeptIsEqualToWhatWasGiven() {
        for (int i = 0; i < 5_000; i++) {
            Interaction given = facts("id" + i, "s" + i % 1_500).meta("number", i);
            assertThat(rows.set(i, given)).isEqualTo(given);
        }
    }
}
