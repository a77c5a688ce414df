package dev.mneme.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.SYNCHRONIZED;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which room may use what; the rooms are the modules, and this module sees them all. */
class ArchitectureTest {

    private static final JavaClasses ROOMS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.mneme");

    private static final String[] JDK = {"java..", "javax..", "org.jspecify..", "org.slf4j.."};

    /** What a user of the room may meet in its signatures, beside the room's own words and the JDK's. */
    private static final List<String> OUR_WORDS = List.of("dev.mneme", "java.", "javax.sql.");

    @Test
    void baseUsesNothing() {
        classes()
                .that()
                .resideInAPackage("dev.mneme")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK).or(resideInAPackage("dev.mneme")))
                .check(ROOMS);
    }

    @Test
    void thePortsOfMemoryKnowNoStoreAndNoServer() {
        classes()
                .that()
                .resideInAPackage("dev.mneme.memory.context..")
                .and()
                .resideOutsideOfPackage("dev.mneme.memory.context.transfer")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage(
                                "dev.mneme",
                                "dev.mneme.memory.context",
                                "dev.mneme.memory.context.spi",
                                "dev.mneme.memory.history",
                                "opennlp.tools.stemmer..",
                                "io.micrometer..")))
                .check(ROOMS);
    }

    @Test
    void whatMovesMemoriesIsBuiltOnThePortAndWritesJson() {
        classes()
                .that()
                .resideInAPackage("dev.mneme.memory.context.transfer")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage(
                                "dev.mneme",
                                "dev.mneme.memory.context",
                                "dev.mneme.memory.context.transfer",
                                "tools.jackson..")))
                .check(ROOMS);
    }

    @Test
    void theCachesKnowCaffeineAndNoServer() {
        classes()
                .that()
                .resideInAnyPackage("dev.mneme.memory", "dev.mneme.memory.cache..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage(
                                "dev.mneme",
                                "dev.mneme.memory",
                                "dev.mneme.memory.cache..",
                                "dev.mneme.memory.context",
                                "dev.mneme.memory.history",
                                "dev.mneme.memory.coordination",
                                "com.github.benmanes.caffeine..",
                                "io.micrometer..")))
                .check(ROOMS);
    }

    @Test
    void historiesKnowCaffeineAndNoServer() {
        classes()
                .that()
                .resideInAPackage("dev.mneme.memory.history..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage(
                                "dev.mneme",
                                "dev.mneme.memory",
                                "dev.mneme.memory.history..",
                                "com.github.benmanes.caffeine..")))
                .check(ROOMS);
    }

    @Test
    void redisIsKnownInOneRoomOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.mneme.memory.redis..", "dev.mneme.benchmarks..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.lettuce.."))
                .check(ROOMS);
    }

    /** Nodes whose clocks are minutes apart agree, because none of them looks at its own. */
    @Test
    void theCachesNeverAskAWallClock() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.mneme.memory.cache..", "dev.mneme.memory.redis..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat(assignableTo(InstantSource.class))
                .check(ROOMS);
    }

    @Test
    void noLibraryUsesTheServersForTests() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.mneme.servers..", "dev.mneme.examples..", "dev.mneme.benchmarks..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.mneme.servers.."))
                .check(ROOMS);
    }

    @Test
    void resilienceStandsOnBaseAndResilience4jAlone() {
        classes()
                .that()
                .resideInAPackage("dev.mneme.resilience..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage(
                                "dev.mneme",
                                "dev.mneme.resilience..",
                                "io.github.resilience4j..",
                                "tools.jackson..",
                                "io.micrometer..")))
                .check(ROOMS);
    }

    @Test
    void eventsStandOnBaseAndJacksonAlone() {
        classes()
                .that()
                .resideInAPackage("dev.mneme.events..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage("dev.mneme", "dev.mneme.events..", "tools.jackson.core..")))
                .check(ROOMS);
    }

    @Test
    void theBusStandsOnEventsResilienceAndMemoryAndKnowsNoServer() {
        classes()
                .that()
                .resideInAPackage("dev.mneme.bus..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage(
                                "dev.mneme",
                                "dev.mneme.bus..",
                                "dev.mneme.events..",
                                "dev.mneme.resilience..",
                                "dev.mneme.memory",
                                "dev.mneme.memory.cache",
                                "dev.mneme.memory.coordination",
                                "tools.jackson..",
                                "io.micrometer..")))
                .check(ROOMS);
    }

    @Test
    void theOutboxStandsOnEventsAndPlainJdbc() {
        classes()
                .that()
                .resideInAPackage("dev.mneme.outbox..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(JDK)
                        .or(resideInAnyPackage(
                                "dev.mneme",
                                "dev.mneme.outbox..",
                                "dev.mneme.events",
                                "dev.mneme.events.stream",
                                "io.micrometer..")))
                .check(ROOMS);
    }

    /** Its times are the database's: relays whose clocks are hours apart keep the same schedule. */
    @Test
    void theOutboxNeverAsksAWallClock() {
        noClasses()
                .that()
                .resideInAPackage("dev.mneme.outbox..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat(assignableTo(InstantSource.class))
                .check(ROOMS);
    }

    @Test
    void luceneIsKnownInOneRoomOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.mneme.memory.lucene..", "dev.mneme.benchmarks..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.lucene.."))
                .check(ROOMS);
    }

    @Test
    void qdrantIsKnownInOneRoomOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.mneme.memory.qdrant..", "dev.mneme.servers..", "dev.mneme.benchmarks..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.qdrant..", "io.grpc.."))
                .check(ROOMS);
    }

    @Test
    void noLibraryUsesTheExamples() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.mneme.examples..", "dev.mneme.benchmarks..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.mneme.examples.."))
                .check(ROOMS);
    }

    @Test
    void onlyMetricsClassesKnowMicrometer() {
        noClasses()
                .that()
                .haveSimpleNameNotEndingWith("Metrics")
                .should()
                .dependOnClassesThat(resideInAPackage("io.micrometer.."))
                .check(ROOMS);
    }

    @Test
    void noMethodIsSynchronizedBecauseThatPinsVirtualThreads() {
        methods().should().notHaveModifier(SYNCHRONIZED).check(ROOMS);
    }

    @Test
    void publicSignaturesSpeakOurWordsAndTheJdks() {
        methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                // the double of Qdrant is a server of gRPC, and its faults are told in gRPC's words
                .resideOutsideOfPackages("dev.mneme.examples..", "dev.mneme.servers.qdrant", "..internal..")
                .should(speakOurWords())
                .check(ROOMS);
    }

    private static ArchCondition<JavaMethod> speakOurWords() {
        return new ArchCondition<>("have only our own types and the JDK's in the signature") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean hidden = method.getModifiers().contains(JavaModifier.SYNTHETIC)
                        || method.getOwner().getSimpleName().endsWith("Metrics");
                Stream.concat(Stream.of(method.getRawReturnType()), method.getRawParameterTypes().stream())
                        .map(JavaClass::getBaseComponentType)
                        .filter(type -> !hidden && !type.isPrimitive())
                        .filter(type -> OUR_WORDS.stream().noneMatch(type.getName()::startsWith))
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " has " + type.getName() + " in its signature")));
            }
        };
    }
}
