package dev.mneme.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Looks at every class of this module, whatever its package. */
class PublicSignaturesTest {

    @Test
    void noThirdPartyTypeStandsInAPublicSignature() throws Exception {
        Set<String> strangers = new TreeSet<>();
        int seen = 0;
        for (Class<?> type : classes()) {
            if (!isPublic(type)) {
                continue;
            }
            seen++;
            for (Type used : signatureTypes(type)) {
                for (Class<?> raw : rawTypes(used)) {
                    if (!raw.getName().startsWith("java.") && !raw.getName().startsWith("dev.mneme.")) {
                        strangers.add(type.getName() + " shows " + raw.getName());
                    }
                }
            }
        }
        assertThat(seen).as("public types looked at").isGreaterThan(20);
        assertThat(strangers).isEmpty();
    }

    @Test
    void theScannerSeesAStrangerWhereverItStands() throws Exception {
        Method method = PublicSignaturesTest.class.getDeclaredMethod("example", List.class);
        assertThat(rawTypes(method.getGenericParameterTypes()[0])).contains(Test.class);
    }

    static void example(List<? extends Class<Test[]>> hidden) {
        assertThat(hidden).isNull();
    }

    private static List<Type> signatureTypes(Class<?> type) {
        List<Type> types = new ArrayList<>(Arrays.asList(type.getGenericInterfaces()));
        if (type.getGenericSuperclass() != null) {
            types.add(type.getGenericSuperclass());
        }
        types.addAll(Arrays.asList(type.getTypeParameters()));
        Stream<Member> members = Stream.of(
                        type.getDeclaredFields(), type.getDeclaredMethods(), type.getDeclaredConstructors())
                .flatMap(Stream::of);
        members.filter(PublicSignaturesTest::isVisible).forEach(member -> {
            if (member instanceof Field field) {
                types.add(field.getGenericType());
            }
            if (member instanceof Executable executable) {
                types.addAll(Arrays.asList(executable.getGenericParameterTypes()));
                types.addAll(Arrays.asList(executable.getGenericExceptionTypes()));
                types.addAll(Arrays.asList(executable.getTypeParameters()));
            }
            if (member instanceof Method method) {
                types.add(method.getGenericReturnType());
            }
        });
        return types;
    }

    private static Set<Class<?>> rawTypes(Type type) {
        Set<Class<?>> raw = new java.util.LinkedHashSet<>();
        collect(type, raw);
        return raw;
    }

    private static void collect(Type type, Set<Class<?>> raw) {
        if (type instanceof Class<?> plain) {
            Class<?> element = plain;
            while (element.isArray()) {
                element = element.getComponentType();
            }
            if (!element.isPrimitive()) {
                raw.add(element);
            }
        } else if (type instanceof ParameterizedType parameterized) {
            collect(parameterized.getRawType(), raw);
            Stream.of(parameterized.getActualTypeArguments()).forEach(argument -> collect(argument, raw));
        } else if (type instanceof GenericArrayType array) {
            collect(array.getGenericComponentType(), raw);
        } else if (type instanceof WildcardType wildcard) {
            Stream.of(wildcard.getUpperBounds()).forEach(bound -> collect(bound, raw));
            Stream.of(wildcard.getLowerBounds()).forEach(bound -> collect(bound, raw));
        } else if (type instanceof TypeVariable<?> variable) {
            Stream.of(variable.getBounds()).filter(Class.class::isInstance).forEach(bound -> collect(bound, raw));
        }
    }

    private static boolean isVisible(Member member) {
        return !member.isSynthetic() && (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static List<Class<?>> classes() throws Exception {
        Path root = root();
        List<Class<?>> classes = new ArrayList<>();
        for (Path file : classFiles()) {
            String name = root.relativize(file).toString().replace(java.io.File.separatorChar, '.');
            if (!name.endsWith("package-info.class")) {
                classes.add(Class.forName(name.substring(0, name.length() - ".class".length()), false, loader()));
            }
        }
        return classes;
    }

    private static List<Path> classFiles() throws Exception {
        try (Stream<Path> files = Files.walk(root())) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    private static Path root() throws Exception {
        return Path.of(
                Event.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static ClassLoader loader() {
        return PublicSignaturesTest.class.getClassLoader();
    }
}
