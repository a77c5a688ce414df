package dev.mneme.events;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Registries made from a few words: {@code v2[minReader = 1](String a, int b){ … }} is version 2 of the event
 * {@code x.y}. What stands between braces is the record's body.
 */
final class CompiledRecords {

    private static final Pattern VERSION = Pattern.compile(
            "(?<name>[a-z]+\\.[a-z]+ )?v(?<version>\\d+)(\\[(?<attributes>[^]]*)])?\\((?<components>.*?)\\)(\\{(?<body>.*)})?");

    private final Path directory;
    private final List<Path> sources = new ArrayList<>();
    private final Map<String, List<String>> classes = new LinkedHashMap<>();

    CompiledRecords(Path directory) {
        this.directory = directory;
    }

    /** Adds the records of one registry, one for each line. */
    void add(String registry, List<String> versions) throws IOException {
        Path folder = Files.createDirectories(directory.resolve(registry));
        var names = new ArrayList<String>();
        for (String version : versions) {
            Matcher words = VERSION.matcher(version);
            if (!words.matches()) {
                throw new IllegalArgumentException("no record: " + version);
            }
            String event =
                    words.group("name") == null ? "x.y" : words.group("name").strip();
            String type = (words.group("name") == null ? "V" : "Other") + words.group("version");
            String attributes = words.group("attributes") == null ? "" : ", " + words.group("attributes");
            String body = words.group("body") == null ? "" : words.group("body");
            Path source = folder.resolve(type + ".java");
            Files.writeString(source, """
                    package %s;
                    import dev.mneme.events.*;
                    import java.math.*;
                    import java.time.*;
                    import java.util.*;
                    import org.jspecify.annotations.Nullable;
                    @EventType(name = "%s", version = %s%s)
                    public record %s(%s) implements Event { %s }
                    """.formatted(
                    registry, event, words.group("version"), attributes, type, words.group("components"), body));
            sources.add(source);
            names.add(registry + "." + type);
        }
        classes.put(registry, names);
    }

    /** Compiles all that was added; every version is led to the next unchanged. */
    Map<String, EventRegistry> compile() throws Exception {
        String classPath = pathOf(Event.class) + java.io.File.pathSeparator + pathOf(Nullable.class);
        var arguments = new ArrayList<>(List.of(
                "-proc:none",
                "-nowarn",
                "-cp",
                classPath,
                "-d",
                directory.resolve("classes").toString()));
        sources.forEach(source -> arguments.add(source.toString()));
        var errors = new java.io.ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, null, errors, arguments.toArray(new String[0]));
        if (status != 0) {
            throw new IllegalStateException(errors.toString());
        }
        var loader = new URLClassLoader(
                new URL[] {directory.resolve("classes").toUri().toURL()}, CompiledRecords.class.getClassLoader());
        var registries = new LinkedHashMap<String, EventRegistry>();
        for (Map.Entry<String, List<String>> entry : classes.entrySet()) {
            EventRegistry registry = EventRegistry.of(new EventRegistry[0]);
            for (String name : entry.getValue()) {
                registry = registry.with(loader.loadClass(name).asSubclass(Event.class));
            }
            for (String name : List.copyOf(registry.names())) {
                for (int version :
                        registry.versions(name).headSet(registry.versions(name).last())) {
                    registry = registry.upcast(name, version, data -> data);
                }
            }
            registries.put(entry.getKey(), registry);
        }
        return registries;
    }

    private static String pathOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
