package dev.mneme.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mneme.events.Samples.NotedV1;
import dev.mneme.events.SchemaChange.Impact;
import dev.mneme.events.SchemaChange.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaLockTest {

    @TempDir
    Path directory;

    private Path file;
    private SchemaLock lock;
    private SchemaLock accepting;

    @BeforeEach
    void open() {
        file = directory.resolve("events.lock.json");
        lock = SchemaLock.at(file).accepting(false);
        accepting = lock.accepting(true);
    }

    @Test
    void aLockThatIsNotThereIsWrittenOnRequestOnly() {
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> lock.verify(Samples.N2))
                .withMessageStartingWith(
                        file + " is not up to date; run this test once with -Dmneme.events.accept=true and commit it");
        assertThat(file).doesNotExist();
        accepting.verify(Samples.N2);
        lock.verify(Samples.N2);
        assertThat(directory.resolve("events.samples/memory.noted/v1/generated.json"))
                .exists();
    }

    @Test
    void acceptingAgainChangesNoByte() throws IOException {
        accepting.verify(Samples.N3);
        String written = Files.readString(file);
        accepting.verify(Samples.N3);
        assertThat(Files.readString(file)).isEqualTo(written).endsWith("}\n").doesNotContain("\r");

        Path other = Files.createDirectory(directory.resolve("other")).resolve("events.lock.json");
        SchemaLock.at(other)
                .accepting(true)
                .verify(EventRegistry.of(Samples.NotedV3.class, Samples.Everything.class)
                        .upcast("memory.noted", 2, Samples.V2_TO_V3)
                        .with(Samples.NotedV2.class, NotedV1.class)
                        .upcast("memory.noted", 1, Samples.V1_TO_V2));
        assertThat(Files.readString(other)).isEqualTo(written);
    }

    @EventType(name = "memory.noted", version = 2, minReader = 2, priority = Priority.LOW)
    record Demoted(
            String memoryId,
            String content,
            Samples.Importance importance,
            @Personal String owner) implements Event {
        Demoted {
            Check.notBlank(memoryId, "memoryId");
            Check.maxLength(content, 16_384, "content");
        }
    }

    @EventType(name = "memory.noted", version = 1)
    record Urgent(
            String memoryId,
            String text,
            @org.jspecify.annotations.Nullable Integer size) implements Event {
        Urgent {
            Check.notBlank(memoryId, "memoryId");
        }
    }

    @EventType(name = "memory.noted", version = 1, priority = Priority.HIGH)
    record Promoted(String memoryId, String text) implements Event {
        Promoted {
            Check.notBlank(memoryId, "memoryId");
        }
    }

    @Test
    void aHarmlessChangeAsksForTheLockToBeBroughtUpToDate() {
        accepting.verify(EventRegistry.of(NotedV1.class));
        EventRegistry changed = EventRegistry.of(Urgent.class);
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> lock.verify(changed))
                .withMessageContaining("is not up to date")
                .withMessageContaining("field 'size' FIELD_ADDED");
        accepting.verify(changed);
        lock.verify(changed);
        // and now it is guarded
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> accepting.verify(EventRegistry.of(NotedV1.class)))
                .withMessageContaining("field 'size' FIELD_REMOVED");
    }

    @Test
    void aBreakingChangeIsNeverAccepted() {
        accepting.verify(Samples.N2);
        EventRegistry changed = Samples.N1.with(Demoted.class).upcast("memory.noted", 1, Samples.V1_TO_V2);
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> accepting.verify(changed))
                .withMessageContaining("WIRE  memory.noted v2: field 'owner' FIELD_NOW_REQUIRED: optional -> required"
                        + "  -> leave version 2 as it was, add version 3 and an upcaster from 2")
                .satisfies(e -> assertThat(e.changes())
                        .extracting(SchemaChange::rule)
                        .contains(Rule.FIELD_NOW_REQUIRED, Rule.PRIORITY_CHANGED));
    }

    @Test
    void aChangeOfMeaningIsAcceptedOnceSomebodySaysWhy() throws IOException {
        accepting.verify(EventRegistry.of(NotedV1.class));
        EventRegistry changed = EventRegistry.of(Promoted.class);
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> accepting.verify(changed))
                .withMessageContaining(
                        "{\"change\": \"memory.noted v1 PRIORITY_CHANGED: NORMAL -> HIGH\", \"date\": \"…\", \"reason\": \"…\"}");

        acknowledge("memory.noted v1 PRIORITY_CHANGED: NORMAL -> HIGH", "2026-11-21", " ");
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> accepting.verify(changed))
                .withMessageContaining("is no lock file");
        acknowledge("memory.noted v1 PRIORITY_CHANGED: NORMAL -> HIGH", "yesterday", "users wait for it");
        assertThatExceptionOfType(SchemaLockException.class).isThrownBy(() -> accepting.verify(changed));
        acknowledge("memory.noted v1 PRIORITY_CHANGED: NORMAL -> CRITICAL", "2026-11-21", "users wait for it");
        assertThatExceptionOfType(SchemaLockException.class).isThrownBy(() -> accepting.verify(changed));

        acknowledge("memory.noted v1 PRIORITY_CHANGED: NORMAL -> HIGH", "2026-11-21", "users wait for it");
        accepting.verify(changed);
        lock.verify(changed);
        assertThat(Files.readString(file)).contains("users wait for it");
    }

    private void acknowledge(String change, String date, String reason) throws IOException {
        String written = Files.readString(file);
        String entry = "\"acknowledged\": [{\"change\": \"%s\", \"date\": \"%s\", \"reason\": \"%s\"}]"
                .formatted(change, date, reason);
        Files.writeString(file, written.replaceAll("(?s)\"acknowledged\": \\[.*?]", entry));
    }

    @Test
    void aSampleIsNeitherEditedNorRemovedAndIsDecodedForEver() throws IOException {
        accepting.verify(Samples.N2);
        Path sample = directory.resolve("events.samples/memory.noted/v1/generated.json");
        String written = Files.readString(sample);

        Files.writeString(sample, written.replace("memoryId\":\"memoryId", "memoryId\":\"other"));
        assertRule(Rule.SAMPLE_EDITED, Samples.N2);
        Files.delete(sample);
        assertRule(Rule.SAMPLE_REMOVED, Samples.N2);
        Files.writeString(sample, written);
        lock.verify(Samples.N2);

        EventRegistry forgetful = Samples.N1.with(Samples.NotedV2.class).upcast("memory.noted", 1, data -> data);
        assertRule(Rule.SAMPLE_UNREADABLE, forgetful);
    }

    @Test
    void aHostAddsSamplesOfItsOwn() throws IOException {
        accepting.verify(Samples.N2);
        Path folder = directory.resolve("events.samples/memory.noted/v1");
        Path own = folder.resolve("from-march.json");
        Files.writeString(
                own, Files.readString(folder.resolve("generated.json")).replace("019b76da", "019b76db"));
        assertThat(lock.compare(Samples.N2))
                .extracting(SchemaChange::rule, SchemaChange::impact, SchemaChange::after)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(Rule.SAMPLE_ADDED, Impact.SAFE, "from-march.json"));
        accepting.verify(Samples.N2);
        Files.delete(own);
        assertRule(Rule.SAMPLE_REMOVED, Samples.N2);

        Files.writeString(own, Files.readString(directory.resolve("events.samples/memory.noted/v2/generated.json")));
        assertRule(Rule.SAMPLE_EDITED, Samples.N2);
    }

    @EventType(name = "odd.made", version = 1)
    record Odd(String word) implements Event {
        Odd {
            if (!word.startsWith("odd")) {
                throw new IllegalArgumentException("word must be odd");
            }
        }
    }

    @Test
    void aRecordWithRulesOfItsOwnNeedsASampleByHand() throws IOException {
        EventRegistry registry = EventRegistry.of(Odd.class);
        Path folder = directory.resolve("events.samples/odd.made/v1");
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> accepting.verify(registry))
                .withMessage(
                        "odd.made v1 has rules of its own that no generated sample keeps; put one encoded event into "
                                + folder);
        Files.createDirectories(folder);
        Files.write(folder.resolve("one.json"), EventCodec.of(registry).encode(Samples.envelope(new Odd("odd one"))));
        accepting.verify(registry);
        lock.verify(registry);
    }

    @Test
    void whatIsNoLockFileIsNamed() throws IOException {
        for (String text :
                new String[] {"", "[]", "{}", "{\"format\": 2, \"events\": {}}", "{\"format\": 1, \"events\": 1}"}) {
            Files.writeString(file, text);
            assertThatExceptionOfType(SchemaLockException.class)
                    .isThrownBy(() -> lock.verify(Samples.N2))
                    .withMessage(
                            file + " is no lock file as this release writes it; take it from version control again");
        }
    }

    private void assertRule(Rule rule, EventRegistry registry) {
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> accepting.verify(registry))
                .withMessageContaining(rule.name());
    }
}
