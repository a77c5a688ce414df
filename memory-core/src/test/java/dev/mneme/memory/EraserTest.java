package dev.mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.Erasable;
import dev.mneme.ErasureReceipt;
import dev.mneme.MnemeException;
import dev.mneme.Tenant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EraserTest {

    private static final Tenant ANN = Tenant.of("ann");

    /** Finds fewer with each run. */
    private static Erasable store(String name, int... found) {
        var runs = new AtomicInteger();
        return tenant -> {
            int run = runs.getAndIncrement();
            return new ErasureReceipt(name, tenant, run < found.length ? found[run] : 0);
        };
    }

    @Test
    void everyStoreIsErasedUntilNothingIsFoundAndGivesAReceipt() {
        ErasureReport report =
                Eraser.of(List.of(store("a", 3, 1))).with(store("b")).erase(ANN);
        assertThat(report.receipts()).containsExactly(new ErasureReceipt("a", ANN, 4), new ErasureReceipt("b", ANN, 0));
        assertThat(report.isComplete()).isTrue();
        assertThat(report.orThrow().records()).isEqualTo(4);
    }

    @Test
    void aStoreThatFailsDoesNotKeepTheOthersAndIsTold() {
        Erasable broken = tenant -> {
            throw new IllegalStateException("Zeisig");
        };
        Erasable away = tenant -> {
            throw new MnemeException("the server is away");
        };
        ErasureReport report = Eraser.of(List.of(broken, away, store("c", 1))).erase(ANN);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.receipts()).containsExactly(new ErasureReceipt("c", ANN, 1));
        assertThat(report.failures())
                .extracting(ErasureReport.Failure::reason)
                .containsExactly("IllegalStateException", "the server is away");
        assertThatThrownBy(report::orThrow).isInstanceOf(MnemeException.class).hasMessageContaining("away");
    }

    @Test
    void whatComesBackAgainAndAgainIsNotCalledErased() {
        ErasureReport report = Eraser.of(List.of(store("a", 1, 1, 1, 1, 1, 1))).erase(ANN);
        assertThat(report.isComplete()).isFalse();
    }
}
