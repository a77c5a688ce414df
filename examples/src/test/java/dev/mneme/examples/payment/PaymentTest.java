package dev.mneme.examples.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.examples.payment.Payment.Scene;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaymentTest {

    @Test
    void nobodyIsEverToldWrongAndTheDatabaseIsSpared() {
        var printed = new ByteArrayOutputStream();
        List<Scene> scenes;
        try (var payment = new Payment(new PrintStream(printed, true, StandardCharsets.UTF_8))) {
            scenes = payment.tell();
        }

        assertThat(scenes).extracting(Scene::onA).containsExactly("free", "pro", "pro", "free", "free");
        assertThat(scenes).extracting(Scene::onB).containsExactly("free", "pro", "pro", "free", "free");
        assertThat(scenes.get(0).queries()).isEqualTo(1);
        assertThat(scenes.get(1).queries()).isEqualTo(1);
        assertThat(scenes.get(4).queries()).isLessThanOrEqualTo(4);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("answers PENDING")
                .contains("answers DONE");
    }
}
