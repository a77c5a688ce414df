package dev.mneme.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each case in {@code schema-changes.txt} is a pair of registries, before and after {@code =>}, and what the lock says of
 * them.
 */
class SchemaChangeMatrixTest {

    @TempDir
    static Path directory;

    private static Map<String, EventRegistry> registries;

    record Case(int number, String title, List<String> before, List<String> after, List<String> said) {
        @Override
        public String toString() {
            return title;
        }
    }

    static List<Case> cases() throws Exception {
        var cases = new ArrayList<Case>();
        try (InputStream file = SchemaChangeMatrixTest.class.getResourceAsStream("schema-changes.txt")) {
            for (String block : new String(file.readAllBytes(), StandardCharsets.UTF_8).split("\n\n")) {
                List<String> lines = block.strip().lines().toList();
                int arrow = lines.indexOf("=>");
                Stream<String> rest = lines.subList(arrow + 1, lines.size()).stream();
                List<String> after =
                        rest.filter(line -> line.matches("([a-z.]+ )?v\\d.*")).toList();
                cases.add(new Case(
                        cases.size(),
                        lines.get(0).substring(2),
                        lines.subList(1, arrow),
                        after,
                        lines.subList(arrow + 1 + after.size(), lines.size())));
            }
        }
        return cases;
    }

    @BeforeAll
    static void compile() throws Exception {
        var records = new CompiledRecords(Files.createDirectories(directory.resolve("records")));
        for (Case each : cases()) {
            records.add("before" + each.number(), each.before());
            records.add("after" + each.number(), each.after());
        }
        registries = records.compile();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLockSaysWhatAChangeBreaksAndWhatToDo(Case pair) throws Exception {
        List<SchemaChange> changes = changes(pair);
        assertThat(changes.stream().map(SchemaChange::toString)).containsExactlyElementsOf(pair.said());

        SchemaLock lock = lock(pair);
        // a sample also shows that data led on unchanged does not fit the next version
        boolean breaks =
                lock.compare(after(pair)).stream().anyMatch(change -> change.impact() != SchemaChange.Impact.SAFE);
        try {
            lock.accepting(true).verify(after(pair));
            assertThat(breaks).isFalse();
            lock.accepting(false).verify(after(pair));
        } catch (SchemaLockException e) {
            assertThat(breaks).as(e.getMessage()).isTrue();
            assertThat(e.changes()).containsAll(changes);
        }
    }

    @Test
    void theCasesAreManyAndKnowEveryRuleAboutRecords() throws Exception {
        Set<SchemaChange.Rule> rules = EnumSet.noneOf(SchemaChange.Rule.class);
        for (Case pair : cases()) {
            changes(pair).forEach(change -> rules.add(change.rule()));
        }
        assertThat(cases()).hasSizeGreaterThan(60);
        Set<SchemaChange.Rule> missing = EnumSet.complementOf(EnumSet.copyOf(rules));
        assertThat(missing).allMatch(rule -> rule.name().startsWith("SAMPLE_"));
    }

    private static List<SchemaChange> changes(Case pair) throws Exception {
        return lock(pair).compare(after(pair)).stream()
                .filter(change -> !change.rule().name().startsWith("SAMPLE_"))
                .toList();
    }

    private static SchemaLock lock(Case pair) throws Exception {
        Path folder = Files.createTempDirectory(directory, "lock");
        SchemaLock lock = SchemaLock.at(folder.resolve("events.lock.json")).accepting(true);
        lock.verify(registries.get("before" + pair.number()));
        return lock;
    }

    private static EventRegistry after(Case pair) {
        return registries.get("after" + pair.number());
    }
}
