package dev.mneme.memory.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FenceTest {

    private final ScopeFences fences = new ScopeFences();

    @Test
    void aFenceFallsWithThoseAroundItAndLeavesThemStanding() {
        Fence outer = Fence.outermost();
        Fence middle = outer.inner();
        Fence inner = middle.inner();
        inner.fall();
        assertThat(middle.stands()).isTrue();
        middle.fall();
        assertThat(outer.stands()).isTrue();
        assertThat(middle.inner().stands()).as("put up behind a fallen one").isFalse();
        outer.fall();
        assertThat(outer.inner().stands()).isFalse();
    }

    @Test
    void aFallenScopeTakesWhatWasUnderItAndNothingThatCameLater() {
        Fence before = fences.innermost(1, List.of("ann", "ann/plan"));
        fences.fallScope("ann");
        Fence after = fences.innermost(1, List.of("ann", "ann/plan"));
        assertThat(before.stands()).isFalse();
        assertThat(after.stands()).isTrue();
        fences.fallScope("ann");
        assertThat(after.stands()).as("the later one is found as well").isFalse();
    }

    @Test
    void anInnerScopeIsFoundAfterTheOneAroundItFell() {
        Fence before = fences.innermost(1, List.of("ann", "ann/plan"));
        fences.fallScope("ann");
        Fence after = fences.innermost(1, List.of("ann", "ann/plan"));
        fences.fallScope("ann/plan");
        assertThat(before.stands()).isFalse();
        assertThat(after.stands()).isFalse();
        assertThat(fences.innermost(1, List.of("ann")).stands()).isTrue();
    }

    @Test
    void scopesBesideAndAroundStand() {
        Fence plan = fences.innermost(1, List.of("ann", "ann/plan"));
        Fence profile = fences.innermost(1, List.of("ann", "ann/profile"));
        Fence ann = fences.innermost(1, List.of("ann"));
        fences.fallScope("ann/plan");
        assertThat(plan.stands()).isFalse();
        assertThat(profile.stands()).isTrue();
        assertThat(ann.stands()).isTrue();
    }

    @Test
    void aFallenBucketTakesItsScopesAndNoOtherBucket() {
        Fence scoped = fences.innermost(1, List.of("ann"));
        Fence plain = fences.innermost(1, List.of());
        Fence elsewhere = fences.innermost(2, List.of());
        fences.fallBucket(1);
        assertThat(scoped.stands()).isFalse();
        assertThat(plain.stands()).isFalse();
        assertThat(elsewhere.stands()).isTrue();
        assertThat(fences.innermost(1, List.of("ann")).stands()).isTrue();
    }

    @Test
    void aScopeIsKnownAsLongAsSomethingStandsBehindIt() {
        Fence held = fences.innermost(1, List.of("ann", "ann/plan")).inner();
        for (int i = 0; i < 5; i++) {
            System.gc(); // a scope is held by what stands behind it alone
        }
        fences.fallScope("ann");
        assertThat(held.stands()).isFalse();
    }
}
