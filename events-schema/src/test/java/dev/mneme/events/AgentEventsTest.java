package dev.mneme.events;

import static dev.mneme.events.Samples.known;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mneme.events.agent.AgentEvents;
import dev.mneme.events.agent.TaskProgressV1;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentEventsTest {

    private static final Path GUIDE = Path.of("../docs/events.md");

    @Test
    void theVocabularyStaysCompatible() {
        SchemaLock.at(Path.of("events.lock.json")).verify(AgentEvents.all());
    }

    @Test
    void theVocabularyIsThatOfTheGuide() throws Exception {
        assertThat(between("catalogue"))
                .isEqualTo(EventCatalogue.of(AgentEvents.all()).toMarkdown());
    }

    @EventType(name = "task.progress", version = 1, priority = Priority.LOW)
    record Broken(
            String taskId,
            @org.jspecify.annotations.Nullable String percent,
            String note) implements Event {
        Broken {
            Check.notBlank(taskId, "taskId");
            Check.maxLength(taskId, 100, "taskId");
        }
    }

    @Test
    void theGuideShowsHowABrokenRecordFails(@TempDir Path directory) throws Exception {
        Path lock = directory.resolve("events.lock.json");
        SchemaLock.at(lock).accepting(true).verify(EventRegistry.of(TaskProgressV1.class));
        assertThatExceptionOfType(SchemaLockException.class)
                .isThrownBy(() -> SchemaLock.at(lock).accepting(false).verify(EventRegistry.of(Broken.class)))
                .satisfies(e -> assertThat(
                                "```text\n" + e.getMessage().replace(lock.toString(), "events.lock.json") + "\n```\n")
                        .isEqualTo(between("failure")));
    }

    @Test
    void everyEventComesBack() {
        long seed = new Random().nextLong();
        EventCodec codec = EventCodec.of(AgentEvents.all());
        var values = new RandomValues(new Random(seed));
        int types = 0;
        for (EventFamily family : AgentEvents.all().families()) {
            for (EventVersion version : family.versions().values()) {
                types++;
                for (int i = 0; i < 1000; i++) {
                    Envelope<Event> sent =
                            values.envelope(version.shape().type().asSubclass(Event.class));
                    byte[] wire = codec.encode(sent);
                    Decoded.Known read = known(codec.decode(wire));
                    assertThat(read.envelope()).as("seed %s, value %s", seed, i).isEqualTo(sent);
                    byte[] anew = codec.encode(read.envelope().priority(sent.priority()));
                    assertThat(Arrays.equals(anew, wire))
                            .as("seed %s, value %s", seed, i)
                            .isTrue();
                }
            }
        }
        assertThat(types).isEqualTo(23);
    }

    @Test
    void theCatalogueSaysWhatIsPersonalAndWhatIsUpcast() {
        String markdown = EventCatalogue.of(Samples.N3).toMarkdown();
        assertThat(markdown)
                .contains("### memory.noted\n\n**Version 3** `NotedV3`, priority HIGH, read by version 2 and later.\n")
                .contains("**Version 2** `NotedV2`, priority NORMAL, read by version 2 and later, upcast to version 3.")
                .contains("| `owner` | string | optional, **personal** |")
                .contains("| `content` | string | required, maxLength 16384 |")
                .contains("| `groups` | map of list of record | required |")
                .contains("| `groups{}[].lights` | list of enum of RED, GREEN | required |");
        String json = EventCatalogue.of(Samples.N3).toJson();
        assertThat(json)
                .contains("\"record\": \"NotedV2\"")
                .contains("\"upcast\": true")
                .contains("\"personal\": true")
                .endsWith("}\n");
        assertThat(EventCatalogue.of(Samples.N3).toJson()).isEqualTo(json);
    }

    private static String between(String name) throws Exception {
        String guide = Files.readString(GUIDE, UTF_8);
        String begin = "<!-- " + name + ": begin -->\n";
        return guide.substring(guide.indexOf(begin) + begin.length(), guide.indexOf("<!-- " + name + ": end -->"));
    }
}
