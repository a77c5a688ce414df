package dev.mneme.resilience.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.resilience.limit.RateLimiter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The signatures of the packages {@code health} and {@code limit}, read by reflection. */
class PublicTypesTest {

    /** Metrics alone name Micrometer's types, which their user brings along. */
    private static final Set<String> OF_METRICS =
            Set.of("io.micrometer.core.instrument.MeterRegistry", "io.micrometer.core.instrument.binder.MeterBinder");

    @Test
    void noPublicSignatureNamesATypeOfAThirdParty() throws Exception {
        List<Class<?>> types = publicTypes();
        assertThat(types).contains(Health.class, Health.Builder.class, HealthReport.class, RateLimiter.class);

        for (Class<?> type : types) {
            Set<String> foreign = new TreeSet<>(namesIn(type));
            foreign.removeIf(name -> name.startsWith("java.") || name.startsWith("dev.mneme."));
            if (type.getSimpleName().endsWith("Metrics")) {
                foreign.removeAll(OF_METRICS);
            }
            assertThat(foreign).as(type.getName()).isEmpty();
        }
    }

    private static List<Class<?>> publicTypes() throws Exception {
        Path root = Path.of(new URI(
                Health.class.getProtectionDomain().getCodeSource().getLocation().toString()));
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> each : List.of(Health.class, RateLimiter.class)) {
            Path folder = root.resolve(each.getPackageName().replace('.', '/'));
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file :
                        files.filter(it -> it.toString().endsWith(".class")).toList()) {
                    String name = file.getFileName().toString().replace(".class", "");
                    Class<?> type = Class.forName(each.getPackageName() + "." + name, false, each.getClassLoader());
                    if (isPublic(type)) {
                        types.add(type);
                    }
                }
            }
        }
        return types;
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static Set<String> namesIn(Class<?> type) {
        Set<String> names = new TreeSet<>();
        collect(type.getGenericSuperclass(), names);
        collect(names, type.getGenericInterfaces());
        for (Field field : type.getDeclaredFields()) {
            if (isApi(field)) {
                collect(field.getGenericType(), names);
            }
        }
        Stream<Executable> executables = Stream.concat(
                Arrays.<Constructor<?>>stream(type.getDeclaredConstructors()),
                Arrays.stream(type.getDeclaredMethods()));
        executables.filter(PublicTypesTest::isApi).forEach(it -> {
            collect(names, it.getGenericParameterTypes());
            collect(names, it.getGenericExceptionTypes());
            collect(it.getAnnotatedReturnType().getType(), names);
        });
        return names;
    }

    private static boolean isApi(Member member) {
        return !member.isSynthetic()
                && (Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers()));
    }

    private static void collect(Set<String> names, Type... types) {
        for (Type type : types) {
            collect(type, names);
        }
    }

    private static void collect(Type type, Set<String> names) {
        if (type instanceof Class<?> plain) {
            Class<?> element = plain;
            while (element.isArray()) {
                element = Objects.requireNonNull(element.getComponentType());
            }
            if (!element.isPrimitive()) {
                names.add(element.getName());
            }
        } else if (type instanceof ParameterizedType generic) {
            collect(generic.getRawType(), names);
            collect(names, generic.getActualTypeArguments());
        } else if (type instanceof WildcardType wildcard) {
            collect(names, wildcard.getUpperBounds());
            collect(names, wildcard.getLowerBounds());
        } else if (type instanceof TypeVariable<?> variable) {
            collect(names, variable.getBounds());
        }
    }
}
