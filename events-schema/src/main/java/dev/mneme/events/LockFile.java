package dev.mneme.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;

/**
 * What was released, as it stands in the lock file.
 *
 * @param types the versions of each event
 * @param acknowledged the changes that somebody took upon themselves
 */
record LockFile(SortedMap<String, SortedMap<Integer, VersionSchema>> types, List<Acknowledgement> acknowledged) {

    private static final int FORMAT = 1;
    private static final WireLimits LIMITS = new WireLimits(64 << 20, 1 << 20, 200);

    /** A change that breaks no bytes but may break a meaning, and why it was made. */
    record Acknowledgement(String change, LocalDate date, String reason) {}

    static LockFile empty() {
        return new LockFile(new TreeMap<>(), List.of());
    }

    /**
     * @throws SchemaLockException if the file cannot be read or is no lock file
     */
    static LockFile read(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            try (JsonParser json = LIMITS.parser(bytes, 0, bytes.length)) {
                json.nextToken();
                return fromJson(TreeReading.object(json));
            }
        } catch (IOException e) {
            throw new SchemaLockException(file + " cannot be read", e);
        } catch (JacksonException | BadValue | IllegalArgumentException | DateTimeException e) {
            throw new SchemaLockException(
                    file + " is no lock file as this release writes it; take it from version control again", e);
        }
    }

    /**
     * @throws SchemaLockException if the file cannot be written
     */
    void write(Path file) {
        try {
            Files.writeString(file, JsonText.of(toJson()), UTF_8);
        } catch (IOException e) {
            throw new SchemaLockException(file + " cannot be written", e);
        }
    }

    boolean acknowledges(SchemaChange change) {
        return acknowledged.stream().anyMatch(each -> each.change().equals(change.what()));
    }

    private Map<String, Object> toJson() {
        var events = new LinkedHashMap<String, Object>();
        types.forEach((name, versions) -> {
            var byNumber = new LinkedHashMap<String, Object>();
            versions.forEach((number, version) -> byNumber.put(number.toString(), version.toJson()));
            events.put(name, byNumber);
        });
        var changes = new ArrayList<Map<String, Object>>();
        for (Acknowledgement each : acknowledged) {
            var change = new LinkedHashMap<String, Object>();
            change.put("change", each.change());
            change.put("date", each.date().toString());
            change.put("reason", each.reason());
            changes.add(change);
        }
        var json = new LinkedHashMap<String, Object>();
        json.put("format", FORMAT);
        json.put("events", events);
        json.put("acknowledged", changes);
        return json;
    }

    private static LockFile fromJson(EventNode json) {
        if (number(json, "format") != FORMAT) {
            throw new IllegalArgumentException("format must be " + FORMAT);
        }
        var types = new TreeMap<String, SortedMap<Integer, VersionSchema>>();
        EventNode events = json.node("events");
        for (String name : events.names()) {
            var versions = new TreeMap<Integer, VersionSchema>();
            EventNode byNumber = events.node(name);
            byNumber.names()
                    .forEach(number ->
                            versions.put(Integer.valueOf(number), VersionSchema.fromJson(byNumber.node(number))));
            types.put(name, versions);
        }
        var acknowledged = new ArrayList<Acknowledgement>();
        if (json.value("acknowledged") instanceof List<?> list) {
            for (Object each : list) {
                acknowledged.add(acknowledgement(each));
            }
        }
        return new LockFile(types, acknowledged);
    }

    private static Acknowledgement acknowledgement(Object json) {
        if (!(json instanceof EventNode node)) {
            throw new IllegalArgumentException("an acknowledgement must be an object");
        }
        String reason = text(node, "reason");
        if (reason.isBlank()) {
            throw new IllegalArgumentException("an acknowledgement must have a reason");
        }
        return new Acknowledgement(text(node, "change"), LocalDate.parse(text(node, "date")), reason);
    }

    static String text(EventNode json, String name) {
        if (json.value(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException(name + " must be a text");
    }

    static long number(EventNode json, String name) {
        if (json.value(name) instanceof Long number) {
            return number;
        }
        throw new IllegalArgumentException(name + " must be a whole number");
    }

    static List<String> texts(EventNode json, String name) {
        if (json.value(name) instanceof List<?> list) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new IllegalArgumentException(name + " must be a list");
    }
}
