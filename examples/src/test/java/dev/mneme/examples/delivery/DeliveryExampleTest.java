package dev.mneme.examples.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DeliveryExampleTest {

    @Test
    @Timeout(value = 6, unit = TimeUnit.MINUTES)
    void everyNoteThatWasCommittedIsIndexedOnceThoughOneOfEachProcessIsKilled() throws Exception {
        var printed = new ByteArrayOutputStream();
        Reconciliation books;
        try (var example = new DeliveryExample(new PrintStream(printed, true, StandardCharsets.UTF_8), 300)) {
            books = example.run();
        }

        assertThat(books.lost()).isZero();
        assertThat(books.invented()).isZero();
        // the second producer's, of which every tenth was rolled back, and those of the first until it was killed
        assertThat(books.committed()).isEqualTo(books.handled()).isGreaterThan(270);
        assertThat(books.deliveries()).isEqualTo(books.handled() + books.duplicates());
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("producer 1 is killed", "relay 1 is killed", "consumer 1 is killed");
    }
}
