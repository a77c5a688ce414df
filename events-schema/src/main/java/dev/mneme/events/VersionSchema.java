package dev.mneme.events;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A version of an event as the lock remembers it.
 *
 * @param samples the digest of each stored sample, by its file's name
 */
record VersionSchema(int minReader, String priority, TypeSchema data, Map<String, String> samples) {

    static VersionSchema of(EventVersion version, Map<String, String> samples) {
        return new VersionSchema(
                version.declaration().minReader(),
                version.declaration().priority().name(),
                TypeSchema.of(version.shape()),
                samples);
    }

    Map<String, Object> toJson() {
        var json = new LinkedHashMap<String, Object>();
        json.put("minReader", minReader);
        json.put("priority", priority);
        json.put("fields", data.fieldsToJson());
        json.put("samples", new TreeMap<>(samples));
        return json;
    }

    static VersionSchema fromJson(EventNode json) {
        var samples = new TreeMap<String, String>();
        EventNode stored = json.node("samples");
        stored.names().forEach(name -> samples.put(name, LockFile.text(stored, name)));
        return new VersionSchema(
                (int) LockFile.number(json, "minReader"),
                LockFile.text(json, "priority"),
                TypeSchema.recordFromJson(json.node("fields")),
                samples);
    }
}
