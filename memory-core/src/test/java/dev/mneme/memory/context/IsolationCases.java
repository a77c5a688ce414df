package dev.mneme.memory.context;

import static dev.mneme.memory.context.Fields.type;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.AgentKey;
import dev.mneme.ErasureReceipt;
import dev.mneme.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** No agent sees, changes or moves what is another's, and a tenant's erasure takes all of its own and nothing else. */
abstract class IsolationCases extends FilterCases {

    /** Fifty owners made to be mistaken for each other. */
    static List<AgentKey> adversarialKeys() {
        var keys = new ArrayList<AgentKey>();
        List<String> parts = List.of("1", "1_2", "2_a", "a", "1:2", "%3A", "{1}");
        for (String tenant : parts) {
            for (String agent : parts) {
                keys.add(AgentKey.of(tenant, agent));
            }
        }
        keys.add(AgentKey.of("é ё*?😀\n", "e\u0301/\\\u0000"));
        return keys;
    }

    @Test
    void ownersWhoseNamesJoinAlikeAreApart() {
        List<List<AgentKey>> pairs = List.of(
                List.of(AgentKey.of("1", "2_a"), AgentKey.of("1_2", "a")),
                List.of(AgentKey.of("a:b", "c"), AgentKey.of("a", "b:c")),
                List.of(AgentKey.of("a%3Ab", "c"), AgentKey.of("a:b", "C")),
                List.of(AgentKey.of("{x}", "y"), AgentKey.of("x", "{y}")),
                List.of(AgentKey.of("é", "x"), AgentKey.of("e\u0301", "x")),
                List.of(AgentKey.of("ё", "x"), AgentKey.of("е", "x")),
                List.of(AgentKey.of("t", "x"), AgentKey.of("T", "x")),
                List.of(AgentKey.of("t", "x"), AgentKey.of("t ", "x")),
                List.of(AgentKey.of("t", "a\u0000b"), AgentKey.of("t\u0000a", "b")));
        for (List<AgentKey> pair : pairs) {
            AgentContext one = store.agent(pair.get(0));
            AgentContext other = store.agent(pair.get(1));
            one.clear();
            other.clear();
            one.add(Interaction.of("id", "secret kangaroo"));

            assertThat(other.count()).as("%s", pair).isZero();
            assertThat(other.find("id")).isEmpty();
            assertThat(other.search(ContextQuery.text("secret kangaroo"))).isEmpty();
            assertThat(other.delete("id")).isFalse();
            assertThat(other.clear()).isZero();
            assertThat(one.count()).as("%s", pair).isOne();
        }
    }

    @Test
    void oneIdIsADifferentRecordForEachAgent() {
        List<AgentKey> keys = adversarialKeys();
        for (AgentKey key : keys) {
            assertThat(store.agent(key).add(Interaction.of("id", "text of " + key)))
                    .isEqualTo(Added.NEW);
        }
        restart();
        for (AgentKey key : keys) {
            assertThat(store.agent(key).find("id").map(Interaction::text)).hasValue("text of " + key);
            assertThat(store.agent(key).search(ContextQuery.text("text")).list())
                    .extracting(Hit::text)
                    .containsExactly("text of " + key);
        }
    }

    @Test
    void clearingOneAgentLeavesAllOthers() {
        AgentContext other = store.agent(AgentKey.of("user-42", "planner2"));
        AgentContext stranger = store.agent(AgentKey.of("user-43", "planner"));
        for (AgentContext each : List.of(agent, other, stranger)) {
            each.add(Interaction.of("id", "payment"));
        }

        assertThat(agent.clear()).isOne();
        assertThat(other.count()).isOne();
        assertThat(stranger.search(ContextQuery.text("payment"))).hasSize(1);
    }

    @Test
    void aTenantsErasureTakesAllItsAgentsCountsThemAndCanBeRepeated() {
        Tenant tenant = Tenant.of("user-42");
        agent.addAll(List.of(Interaction.of("a", "payment"), Interaction.of("b", "payment")));
        store.agent(AgentKey.of("user-42", "critic")).add(Interaction.of("a", "payment"));
        restart();

        ErasureReceipt receipt = store.erase(tenant);

        assertThat(receipt.tenant()).isEqualTo(tenant);
        assertThat(receipt.records()).isEqualTo(3);
        assertThat(receipt.store()).isNotBlank();
        assertThat(agent.count()).isZero();
        assertThat(agent.find("a")).isEmpty();
        assertThat(idsFor("payment")).isEmpty();
        restart();
        assertThat(agent.count()).isZero();
        assertThat(store.agent(AgentKey.of("user-42", "critic")).count()).isZero();
        assertThat(store.erase(tenant).records()).isZero();
        assertThat(agent.add(Interaction.of("a", "payment"))).isEqualTo(Added.NEW);
        assertThat(idsFor("payment")).containsExactly("a");
    }

    @Test
    void aTenantsErasureLeavesTenantsWithSimilarNames() {
        List<String> tenants =
                List.of("1", "1_2", "1:2", "11", "%31", "1*", "*", "{1}", "1 ", "é", "e\u0301", "A", "a");
        for (String tenant : tenants) {
            store.agent(AgentKey.of(tenant, "1")).add(Interaction.of("id", "payment"));
        }
        var left = new ArrayList<>(tenants);
        for (String tenant : tenants) {
            assertThat(store.erase(Tenant.of(tenant)).records()).as(tenant).isOne();
            left.remove(tenant);
            assertThat(left)
                    .allSatisfy(other -> assertThat(
                                    store.agent(AgentKey.of(other, "1")).count())
                            .as(other)
                            .isOne());
        }
    }

    @Test
    void erasingATenantWithoutRecordsCountsZero() {
        assertThat(store.erase(Tenant.of("nobody")).records()).isZero();
    }

    @Test
    void twoThousandWordsOfAnotherAgentMoveNoScore() {
        assertOthersMoveNoScore(20, 100);
    }

    @Test
    void aMillionWordsOfAnotherAgentMoveNoScore() {
        assertOthersMoveNoScore(125, 8_000);
    }

    private void assertOthersMoveNoScore(int texts, int words) {
        for (int i = 0; i < 20; i++) {
            agent.add(Interaction.of("id-" + i, "payment " + "failed ".repeat(i % 3) + "again ".repeat(i % 5))
                    .type(i % 2 == 0 ? "even" : "odd"));
        }
        ContextQuery query =
                ContextQuery.text("payment failed again").limit(100).where(type().is("even"));
        Map<String, Double> scores = scores(agent.search(query));
        Map<String, Double> textScores = textScores(agent, query);
        float[] vector = HashingEmbedder.ofDimensions(64).embed("payment failed");
        var random = new Random(7);
        var batch = new ArrayList<Interaction>();
        for (int i = 0; i < texts; i++) {
            var text = new StringBuilder();
            for (int j = 0; j < words; j++) {
                text.append(random.nextInt(4) == 0 ? "failed " : "w" + random.nextInt(5_000) + ' ');
            }
            batch.add(Interaction.of("other-" + i, text.toString()).vector(vector));
        }
        store.agent(AgentKey.of("user-42", "other")).addAll(batch);

        assertThat(scores).hasSize(10);
        assertThat(scores(agent.search(query))).isEqualTo(scores);
        assertThat(textScores(agent, query)).isEqualTo(textScores);
        restart();
        assertThat(scores(agent.search(query))).isEqualTo(scores);
        assertThat(textScores(agent, query)).isEqualTo(textScores);
    }
}
