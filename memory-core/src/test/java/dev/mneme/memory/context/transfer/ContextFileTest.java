package dev.mneme.memory.context.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.ContextStore;
import dev.mneme.memory.context.HashingEmbedder;
import dev.mneme.memory.context.InMemoryContextStore;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store goes into a file and comes out of it as it was, and a file that is not whole changes nothing. */
class ContextFileTest {

    private static final AgentKey ANN = AgentKey.of("ann", "planner");
    private static final AgentKey BORIS = AgentKey.of("boris:1", "критик");
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path folder;

    private final ContextStore store = newStore(64);

    private static ContextStore newStore(int dimensions) {
        return InMemoryContextStore.create(HashingEmbedder.ofDimensions(dimensions));
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private static Interaction record(int i) {
        var random = new Random(i);
        Interaction record = Interaction.of("id-" + (i * 37) % 1_000, "Платёж " + i + " \"прошёл\"\n")
                .time(START.plusMillis(random.nextInt(50)))
                .importance(random.nextInt(3) == 0 ? 0.5 : random.nextDouble());
        record = random.nextBoolean() ? record.type("tool_call").success(random.nextBoolean()) : record;
        record = random.nextBoolean() ? record.session("s").position(i).speaker("Анна 😀") : record;
        record = random.nextBoolean() ? record.ttl(Duration.ofDays(40_000).plusNanos(random.nextInt(2))) : record;
        record = random.nextBoolean() ? record.pinned() : record;
        if (random.nextBoolean()) {
            var vector = new float[64];
            for (int at = 0; at < vector.length; at++) {
                vector[at] = random.nextFloat() - 0.5f;
            }
            record = record.vector(vector);
        }
        if (random.nextBoolean()) {
            record = record.meta("text", "5")
                    .meta("whole", 5)
                    .meta("decimal", 5.0)
                    .meta("small", 2e-3)
                    .meta("large", 1.0e300)
                    .meta("flag", true)
                    .meta("time", START)
                    .meta("long", Long.MAX_VALUE);
        }
        return record;
    }

    private void fill() {
        for (int i = 0; i < 600; i++) {
            store.agent(i % 3 == 0 ? ANN : BORIS).add(record(i));
        }
    }

    private static List<Interaction> all(ContextStore store, AgentKey agent) {
        return store.agent(agent).scroll(10_000);
    }

    private List<String> lines(Path file) throws IOException {
        return Files.readAllLines(file, UTF_8);
    }

    @Test
    void whatWasExportedIsImportedAsItWasAndExportedToTheSameBytes() throws IOException {
        fill();

        ExportReceipt exported = ContextExport.of(store).to(file("one.jsonl"));
        ContextStore other = newStore(64);
        ImportReceipt imported = ContextImport.from(file("one.jsonl")).batch(7).into(other);
        ContextExport.of(other).to(file("other.jsonl"));

        assertThat(exported).isEqualTo(new ExportReceipt(2, 600));
        assertThat(imported.agents()).isEqualTo(2);
        assertThat(imported.records()).isEqualTo(600);
        assertThat(imported.additions().added()).isEqualTo(600);
        for (AgentKey agent : List.of(ANN, BORIS)) {
            assertThat(all(other, agent)).hasSizeGreaterThan(100).isEqualTo(all(store, agent));
        }
        assertThat(file("other.jsonl")).hasSameBinaryContentAs(file("one.jsonl"));
    }

    @Test
    void theFileIsReadable() throws IOException {
        store.agent(BORIS)
                .add(Interaction.of("id", "Платёж прошёл")
                        .time(START)
                        .meta("cost", 0.1)
                        .meta("at", MetaValue.of(START)));

        ContextExport.of(store).to(file("one.jsonl"));

        assertThat(lines(file("one.jsonl")))
                .containsExactly(
                        "{\"mneme-context\":1,\"embedder\":\"" + store.fingerprint() + "\",\"vectors\":true}",
                        "{\"tenant\":\"boris:1\",\"agent\":\"критик\",\"id\":\"id\",\"text\":\"Платёж прошёл\","
                                + "\"time\":\"2026-03-01T12:00:00Z\","
                                + "\"meta\":{\"at\":{\"time\":\"2026-03-01T12:00:00Z\"},\"cost\":0.1}}",
                        "{\"records\":1}");
    }

    @Test
    void textThatIsNoWellFormedUnicodeComesThrough() {
        Interaction half = Interaction.of("half \uD83D", "of a \uDE00 character, платёж")
                .time(START)
                .meta("key \uD83D", "value \uDE00");
        store.agent(ANN).add(half);

        ContextExport.of(store).to(file("one.jsonl"));
        ContextStore other = newStore(64);
        ContextImport.from(file("one.jsonl")).into(other);

        assertThat(all(other, ANN)).containsExactly(half);
    }

    @Test
    void aTenantOrAnAgentAloneCanBeExported() throws IOException {
        fill();

        assertThat(ContextExport.of(store).tenant(Tenant.of("ann")).to(file("ann.jsonl")))
                .isEqualTo(new ExportReceipt(1, 200));
        assertThat(ContextExport.of(store).agent(BORIS).to(file("boris.jsonl"))).isEqualTo(new ExportReceipt(1, 400));
        assertThat(lines(file("ann.jsonl"))).noneMatch(line -> line.contains("boris"));
    }

    @Test
    void vectorsCanBeLeftOutAndAreThenMadeAnewByAnyEmbedder() throws IOException {
        fill();
        var vector = new float[64];
        vector[0] = 1;
        store.agent(ANN).add(Interaction.of("no words", "").time(START).vector(vector));

        ExportReceipt exported = ContextExport.of(store).withoutVectors().to(file("one.jsonl"));
        ContextStore other = newStore(32);
        ContextImport.from(file("one.jsonl")).into(other);

        assertThat(exported.records()).isEqualTo(600);
        assertThat(lines(file("one.jsonl"))).noneMatch(line -> line.contains("\"vector\":"));
        assertThat(other.agent(BORIS).count()).isEqualTo(store.agent(BORIS).count());
        assertThat(other.agent(ANN).find("no words")).isEmpty();
    }

    @Test
    void vectorsOfAnotherEmbedderAreRefusedWithBothFingerprints() {
        fill();
        ContextExport.of(store).to(file("one.jsonl"));
        ContextStore other = newStore(32);

        assertThatThrownBy(() -> ContextImport.from(file("one.jsonl")).into(other))
                .isInstanceOf(ContextFileException.class)
                .hasMessageContainingAll(store.fingerprint(), other.fingerprint(), "withoutVectors()");
        assertThat(other.agents(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void aFileWithoutGivenVectorsFitsAnyEmbedder() {
        store.agent(ANN).add(Interaction.of("id", "payment").time(START));
        ContextExport.of(store).to(file("one.jsonl"));
        ContextStore other = newStore(32);

        assertThat(ContextImport.from(file("one.jsonl")).into(other).records()).isOne();
    }

    @Test
    void anImportThatIsRepeatedChangesNothing() {
        fill();
        ContextExport.of(store).to(file("one.jsonl"));
        store.agent(ANN).add(Interaction.of("id-0", "newer").time(START.plusSeconds(60)));

        ImportReceipt again = ContextImport.from(file("one.jsonl")).into(store);

        assertThat(again.additions().added()).isZero();
        assertThat(again.additions().older()).isOne();
        assertThat(store.agent(ANN).find("id-0").map(Interaction::text)).hasValue("newer");
    }

    @Test
    void aFileCutAnywhereChangesNothing() throws IOException {
        for (int i = 0; i < 5; i++) {
            store.agent(ANN).add(Interaction.of("id-" + i, "payment").time(START));
        }
        ContextExport.of(store).to(file("whole.jsonl"));
        byte[] whole = Files.readAllBytes(file("whole.jsonl"));
        ContextStore other = newStore(64);

        for (int length = 0; length < whole.length - 1; length++) { // the last end of line may be missing
            Files.write(file("cut.jsonl"), java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ContextImport.from(file("cut.jsonl")).into(other))
                    .as("cut at %s", length)
                    .isInstanceOf(ContextFileException.class)
                    .hasMessageContaining("cut.jsonl");
        }
        assertThat(other.agents(Optional.empty(), 10)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"secret\",\"text\":5}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"text\":\"secret\"}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"secret\":1}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"time\":\"secret\"}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"ttl\":\"secret\"}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"position\":1.5}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"importance\":7}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"meta\":{\"secret\":[1]}}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"meta\":{\"n\":1e999}}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"text\":\"secret\",\"vector\":\"AAAA\"}",
                "{\"tenant\":\"t\",\"agent\":\"a\",\"id\":\"i\",\"id\":\"i\",\"text\":\"secret\"}",
                "[\"secret\"]",
                "secret"
            })
    void aBadRecordIsToldByItsPlaceAndNoneOfItsWords(String record) throws IOException {
        store.agent(ANN).add(Interaction.of("id", "payment").time(START));
        ContextExport.of(store).to(file("one.jsonl"));
        var lines = new ArrayList<>(lines(file("one.jsonl")));
        lines.add(2, record);
        Files.write(file("bad.jsonl"), lines);
        ContextStore other = newStore(64);

        assertThatThrownBy(() -> ContextImport.from(file("bad.jsonl")).into(other))
                .isInstanceOf(ContextFileException.class)
                .hasMessageContaining("bad.jsonl")
                .hasMessageMatching("(?s).*(record [12]|line 3).*")
                .message()
                .doesNotContain("secret");
        assertThat(other.agents(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void aFileThatLacksARecordOrHasOneTooManyIsRefused() throws IOException {
        store.agent(ANN).add(Interaction.of("a", "payment").time(START));
        store.agent(ANN).add(Interaction.of("b", "payment").time(START));
        ContextExport.of(store).to(file("one.jsonl"));
        List<String> lines = lines(file("one.jsonl"));
        ContextStore other = newStore(64);

        Files.write(file("less.jsonl"), List.of(lines.get(0), lines.get(1), lines.get(3)));
        Files.write(file("more.jsonl"), List.of(lines.get(0), lines.get(1), lines.get(2), lines.get(3), lines.get(1)));
        for (String name : List.of("less.jsonl", "more.jsonl")) {
            assertThatThrownBy(() -> ContextImport.from(file(name)).into(other))
                    .isInstanceOf(ContextFileException.class)
                    .hasMessageContaining("as many records as its last line says");
        }
        assertThat(other.agents(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void aFileOfANewerVersionIsRefused() throws IOException {
        Files.writeString(
                file("new.jsonl"), "{\"mneme-context\":2,\"embedder\":\"x\",\"vectors\":true}\n{\"records\":0}\n");

        assertThatThrownBy(() -> ContextImport.from(file("new.jsonl")).into(store))
                .isInstanceOf(ContextFileException.class)
                .hasMessageContaining("version 1, had 2");
    }

    @Test
    void anExportThatFailsLeavesTheFileThatWasThere() throws IOException {
        fill();
        ContextExport.of(store).to(file("one.jsonl"));
        byte[] before = Files.readAllBytes(file("one.jsonl"));
        store.close();

        assertThatThrownBy(() -> ContextExport.of(store).to(file("one.jsonl")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(file("one.jsonl")).hasBinaryContent(before);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(file("one.jsonl"));
        }
        assertThatThrownBy(() ->
                        ContextExport.of(newStore(64)).to(file("no folder").resolve("one.jsonl")))
                .isInstanceOf(ContextFileException.class)
                .hasMessageContaining("cannot be written");
        assertThatThrownBy(() -> ContextImport.from(file("nowhere.jsonl")).into(newStore(64)))
                .isInstanceOf(ContextFileException.class)
                .hasMessageContaining("cannot be read");
    }
}
