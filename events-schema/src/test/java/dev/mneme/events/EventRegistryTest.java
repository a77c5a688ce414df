package dev.mneme.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mneme.events.Samples.NotedV2;
import dev.mneme.events.Samples.NotedV3;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventRegistryTest {

    private static final String NAME = "dev.mneme.events.EventRegistryTest$";

    @Test
    void aRegistryKnowsWhatItWasGiven() {
        assertThat(Samples.N3.names()).containsExactly("memory.noted", "sample.everything");
        assertThat(Samples.N3.versions("memory.noted")).containsExactly(1, 2, 3);
        assertThat(Samples.N3.versions("no.such")).isEmpty();
        assertThat(EventRegistry.of(Samples.N1, EventRegistry.of(Tidy.class)).names())
                .containsExactly("memory.noted", "sample.everything", "tidy.made");
    }

    @EventType(name = "tidy.made", version = 1)
    record Tidy(int a) implements Event {}

    @EventType(name = "tidy.made", version = 1)
    record Twin(int a) implements Event {}

    @Test
    void aVersionIsOneRecord() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventRegistry.of(Tidy.class, Twin.class))
                .withMessage("tidy.made v1 must be one record, is " + NAME + "Tidy and " + NAME + "Twin");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventRegistry.of(EventRegistry.of(Tidy.class), EventRegistry.of(Tidy.class)));
    }

    @Test
    void aChainHasNoGapsAndNoLooseEnds() {
        assertMessage(
                Samples.N1.with(NotedV3.class).upcast("memory.noted", 1, data -> data),
                "memory.noted must have every version from 1 to 3, version 2 is missing");
        assertMessage(
                Samples.N1.with(NotedV2.class),
                "memory.noted must have an upcaster from each version but the newest, that from 1 to 2 is missing");
        assertMessage(
                Samples.N2.upcast("memory.noted", 2, data -> data),
                "memory.noted must have upcasters between its versions 1 to 2 only, has one from 2");
        assertMessage(
                Samples.N2.upcast("memory.noticed", 1, data -> data),
                "memory.noticed must have a record, has only upcasters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samples.N2.upcast("memory.noted", 1, data -> data))
                .withMessage("memory.noted must have one upcaster from 1, has two");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samples.N2.upcast("Memory", 1, data -> data))
                .withMessage("name must be that of an event, was 'Memory'");
        assertThat(EventRegistry.of(NotedV2.class).check().versions("memory.noted"))
                .containsExactly(2);
    }

    private static void assertMessage(EventRegistry registry, String message) {
        assertThatIllegalArgumentException().isThrownBy(registry::check).withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCodec.of(registry))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventCatalogue.of(registry))
                .withMessage(message);
    }

    record Bare(int a) implements Event {}

    static final class NoRecord implements Event {}

    @EventType(name = "Bad Name", version = 1)
    record BadName(int a) implements Event {}

    @EventType(name = "bad.version", version = 0)
    record NoVersion(int a) implements Event {}

    @EventType(name = "bad.reader", version = 1, minReader = 2)
    record BadReader(int a) implements Event {}

    @Test
    void aClassThatIsNoEventIsRefused() {
        assertRefused(Bare.class, "an event must have @EventType, " + NAME + "Bare has none");
        assertRefused(NoRecord.class, "an event must be a record that implements Event, was " + NAME + "NoRecord");
        assertRefused(
                BadName.class,
                "an event's name must be words of a-z, 0-9 and - joined by dots, at most 100 characters, was 'Bad Name' on "
                        + NAME + "BadName");
        assertRefused(NoVersion.class, "an event's version must be at least 1, was 0 on " + NAME + "NoVersion");
        assertRefused(BadReader.class, "minReader must be between 1 and the version 1, was 2 on " + NAME + "BadReader");
    }

    private static void assertRefused(Class<? extends Event> type, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventRegistry.of(type))
                .withMessage(message);
    }

    @Test
    void aComponentThatCannotTravelIsNamedWithItsRecord(@TempDir Path directory) throws Exception {
        List<List<String>> cases = List.of(
                List.of("v1(byte[] a)", "is of type byte[], which no event can hold; use List with an element type"),
                List.of("v1(Date a)", "is of type java.util.Date, which no event can hold; use Instant"),
                List.of("v1(float a)", "is of type float, which no event can hold; use double or BigDecimal"),
                List.of("v1(char a)", "is of type char, which no event can hold; use int or String"),
                List.of(
                        "v1(ArrayList<String> a)",
                        "is of type java.util.ArrayList<java.lang.String>, which no event can hold"),
                List.of("v1(Set<String> a)", "is of type java.util.Set<java.lang.String>, which no event can hold"),
                List.of(
                        "v1(List a)",
                        "is of type java.util.List, which no event can hold; use List with an element type"),
                List.of("v1(Map<Integer, String> a)", "is of type java.util.Map<java.lang.Integer, java.lang.String>"),
                List.of("v1(Object a)", "is of type java.lang.Object, which no event can hold; use a record, an enum,"),
                List.of("v1(List<? extends Number> a)", "is of type ? extends java.lang.Number"),
                List.of("v1(List<@Nullable String> a)", "has elements that may be null; leave them out instead"),
                List.of("v1(Optional<String> a)", "is of type java.util.Optional<java.lang.String>"),
                List.of("v1(P a){ public record P(List<P> a) {} }", "contains itself through P"));
        for (int i = 0; i < cases.size(); i++) {
            var records = new CompiledRecords(Files.createDirectories(directory.resolve("c" + i)));
            records.add("refused", List.of(cases.get(i).get(0)));
            String message = cases.get(i).get(1);
            assertThatIllegalArgumentException()
                    .as(cases.get(i).get(0))
                    .isThrownBy(records::compile)
                    .withMessageContaining(": component a " + message)
                    .withMessageStartingWith("refused.V1");
        }
    }

    @EventType(name = "ruled.made", version = 1)
    record Ruled(String a, int b, List<String> c) implements Event {
        Ruled {
            Check.notBlank(a, "a");
            Check.maxLength(a, 5, "a");
            Check.atLeast(b, 1, "b");
            Check.atMost(b, 9, "b");
            Check.maxSize(c, 2, "c");
            if (a.length() == 3) {
                throw new IllegalArgumentException("not three");
            }
        }
    }

    @Test
    void theRulesOfAConstructorAreKnownAndChecksStillCheck() {
        List<FieldShape> fields = Shapes.of(Ruled.class).fields();
        assertThat(fields.get(0).rules())
                .containsOnly(java.util.Map.entry("maxLength", 5L), java.util.Map.entry("notBlank", 0L));
        assertThat(fields.get(1).rules()).containsOnly(java.util.Map.entry("min", 1L), java.util.Map.entry("max", 9L));
        assertThat(fields.get(2).rules()).containsOnly(java.util.Map.entry("maxSize", 2L));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruled(" ", 1, List.of()))
                .withMessage("a must not be blank, had 1 characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruled("secret", 1, List.of()))
                .withMessage("a must have at most 5 characters, had 6");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruled("a", 0, List.of()))
                .withMessage("b must be at least 1, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruled("a", 10, List.of()))
                .withMessage("b must be at most 9, was 10");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ruled("a", 1, List.of("x", "y", "z")))
                .withMessage("c must have at most 2 elements, had 3");
    }
}
