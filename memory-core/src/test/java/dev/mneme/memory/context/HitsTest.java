package dev.mneme.memory.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HitsTest {

    private static Hit hit(String id) {
        return new Hit(Interaction.of(id, "text of " + id), 1, Optional.empty());
    }

    @Test
    void aLiveAnswerListsItsHitsBestFirst() {
        Hits hits = Hits.live(List.of(hit("a"), hit("b")));

        assertThat(hits.ids()).containsExactly("a", "b");
        assertThat(hits).extracting(Hit::text).containsExactly("text of a", "text of b");
        assertThat(hits.size()).isEqualTo(2);
        assertThat(hits.isEmpty()).isFalse();
        assertThat(hits.freshness()).isEqualTo(Freshness.LIVE);
        assertThat(hits.reason()).isEmpty();
    }

    @Test
    void noHitsForAReasonArePartial() {
        Hits none = Hits.none("the index is away");

        assertThat(none).isEmpty();
        assertThat(none.isEmpty()).isTrue();
        assertThat(none.freshness()).isEqualTo(Freshness.PARTIAL);
        assertThat(none.reason()).isEqualTo("the index is away");
    }

    @Test
    void anAnswerHasAReasonIfAndOnlyIfItIsNotLive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Hits.none(""))
                .withMessage("an answer must have a reason if and only if it is not LIVE, was PARTIAL without one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Hits(List.of(), Freshness.STALE, ""))
                .withMessage("an answer must have a reason if and only if it is not LIVE, was STALE without one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Hits(List.of(), Freshness.LIVE, "all is well"))
                .withMessage("an answer must have a reason if and only if it is not LIVE, was LIVE with one");
    }

    @Test
    void theListIsACopyThatCannotBeChanged() {
        var list = new ArrayList<>(List.of(hit("a")));
        Hits hits = Hits.live(list);
        list.clear();

        assertThat(hits.ids()).containsExactly("a");
        assertThatThrownBy(() -> hits.list().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void anExplanationIsReadInOneLine() {
        var both = new Explanation(
                Optional.of(new Explanation.Place(1, 7.2134)),
                Optional.of(new Explanation.Place(4, 0.412)),
                0.974,
                0.91,
                1);
        var one = new Explanation(Optional.empty(), Optional.of(new Explanation.Place(2, -0.5)), 0.3, 1, 1.5);

        assertThat(both).hasToString("text #1 (7.213), dense #4 (0.412), fused 0.97, recency 0.91, importance 1.00");
        assertThat(one).hasToString("text -, dense #2 (-0.500), fused 0.30, recency 1.00, importance 1.50");
    }

    @Test
    void additionsCountWhatBecameOfEach() {
        Additions additions = Additions.none()
                .and(Added.NEW)
                .and(Added.NEW)
                .and(Added.NEW)
                .and(Added.REPLACED)
                .and(Added.REPLACED)
                .and(Added.OLDER);

        assertThat(additions).isEqualTo(new Additions(3, 2, 1));
        assertThat(additions.total()).isEqualTo(6);

        Additions all = additions
                .and(Added.SKIPPED)
                .and(Added.MERGED)
                .and(Added.EVICTED)
                .evicted(4);
        assertThat(all).isEqualTo(new Additions(4, 2, 1, 1, 1, 5, 0));
        assertThat(all.total()).isEqualTo(9);
        assertThat(all.and(all)).isEqualTo(new Additions(8, 4, 2, 2, 2, 10, 0));
    }

    @Test
    void anEmbedderMismatchNamesBothFingerprintsAndWhatToDo() {
        var mismatch = new EmbedderMismatchException("the index in memory-dir", "old-model/3", "new-model/4");

        assertThat(mismatch.stored()).isEqualTo("old-model/3");
        assertThat(mismatch.given()).isEqualTo("new-model/4");
        assertThat(mismatch)
                .isInstanceOf(ContextStoreException.class)
                .hasMessage(
                        "the index in memory-dir holds vectors of the embedder 'old-model/3' and cannot be opened with"
                                + " 'new-model/4'; open it with the embedder it was made with, or move it into a store of the"
                                + " new one by ContextMigration.from(it).to(the new store).run()");
    }
}
