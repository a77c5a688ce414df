package dev.mneme.resilience;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClassifierGoldenTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T07:00:00Z"));

    record Case(
            String name,
            int status,
            Map<String, List<String>> headers,
            ErrorClass expected,
            Duration asked,
            String body) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void anAnswerGetsItsClassAndItsWait(Case answer) {
        Fault fault = Classifier.standard(CLOCK).classify(answer.status(), answer.headers(), answer.body());
        assertThat(fault.errorClass()).isEqualTo(answer.expected());
        assertThat(fault.retryAfter()).isEqualTo(answer.asked());
        assertThat(fault.made()).isTrue();
    }

    @Test
    void theTableHasFortyBodiesAndTheThreeProviders() throws IOException {
        assertThat(cases()).hasSizeGreaterThanOrEqualTo(40);
        Set<String> providers =
                cases().stream().map(c -> c.name().split(":")[0]).collect(Collectors.toSet());
        assertThat(providers).contains("openai", "anthropic", "gemini");
        assertThat(cases().stream().map(Case::expected).distinct().count())
                .as("classes an answer can have; a broken connection has none")
                .isEqualTo(ErrorClass.values().length - 1);
    }

    @Test
    void nothingThatIsSentAsABodyMakesItThrow() {
        for (String body : List.of(
                "",
                "null",
                "[]",
                "[[]]",
                "7",
                "\"text\"",
                "{\"error\":null}",
                "{\"error\":[1,2]}",
                "{\"error\":{\"details\":\"x\",\"code\":{},\"message\":[]}}",
                "{\"error\":{\"details\":[1,null,{\"retryDelay\":\"-5s\"},{\"retryDelay\":\"1.2.3s\"}]}}",
                "[".repeat(100_000),
                "{\"a\":".repeat(100_000),
                "x".repeat(1_000_000))) {
            assertThat(Classifier.standard(CLOCK).classify(500, Map.of(), body).errorClass())
                    .isEqualTo(ErrorClass.SERVER);
        }
    }

    @Test
    void absurdWaitsAreCutToAYearAndNonsenseIsNoWait() {
        assertThat(waitOf("999999999999999999999999")).isEqualTo(Duration.ofDays(365));
        assertThat(waitOf("9".repeat(500))).isZero();
        assertThat(waitOf("1e99")).isZero();
        assertThat(waitOf("-3")).isZero();
        assertThat(waitOf("0.5")).isEqualTo(Duration.ofMillis(500));
        assertThat(waitOf("Sat, 21 Nov 2099 07:00:20 GMT")).isEqualTo(Duration.ofDays(365));
        assertThat(waitOf("")).isZero();
    }

    private static Duration waitOf(String header) {
        return Classifier.standard(CLOCK)
                .classify(429, Map.of("Retry-After", List.of(header)), "")
                .retryAfter();
    }

    static List<Case> cases() throws IOException {
        String text;
        try (var in = ClassifierGoldenTest.class.getResourceAsStream("/classifier/golden.txt")) {
            text = new String(in.readAllBytes(), UTF_8);
        }
        List<Case> cases = new ArrayList<>();
        String[] blocks = text.split("(?m)^== ");
        for (int i = 1; i < blocks.length; i++) {
            cases.add(parse(blocks[i]));
        }
        return cases;
    }

    private static Case parse(String block) {
        List<String> lines = block.lines().toList();
        int status = 0;
        Map<String, List<String>> headers = new TreeMap<>();
        ErrorClass expected = null;
        Duration wait = Duration.ZERO;
        var body = new StringBuilder();
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split(" ", 2);
            if (expected == null && parts[0].equals("status")) {
                status = Integer.parseInt(parts[1]);
            } else if (expected == null && parts[0].equals("header")) {
                String[] header = parts[1].split(": ", 2);
                headers.put(header[0].toUpperCase(Locale.ROOT), List.of(header[1]));
            } else if (parts[0].equals("class")) {
                expected = ErrorClass.valueOf(parts[1]);
            } else if (parts[0].equals("wait")) {
                wait = Duration.parse(parts[1]);
            } else if (!line.isBlank()) {
                body.append(line);
            }
        }
        return new Case(lines.get(0), status, headers, expected, wait, body.toString());
    }
}
