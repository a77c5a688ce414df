package dev.mneme.benchmarks.cache;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** What all caches of these measurements hold: about 1 KB as JSON, which all that write bytes write by the same mapper. */
record Profile(String id, String name, String plan, long balance, long renewedAt, boolean active, List<Note> notes) {

    /** How many keys there are. A power of two. */
    static final int COUNT = 1_024;

    private static final int NOTES = 8;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final ObjectWriter WRITER = MAPPER.writerFor(Profile.class);
    private static final ObjectReader READER = MAPPER.readerFor(Profile.class);

    record Note(long at, String author, String text) {}

    static String key(int index) {
        return "user-" + index;
    }

    static String[] keys() {
        var keys = new String[COUNT];
        for (int i = 0; i < COUNT; i++) {
            keys[i] = key(i);
        }
        return keys;
    }

    static Profile of(String key) {
        var notes = new ArrayList<Note>(NOTES);
        for (int i = 0; i < NOTES; i++) {
            notes.add(new Note(
                    1_700_000_000_000L + i,
                    "agent-" + i,
                    "asked for the invoice of last month, again " + key + " and again"));
        }
        return new Profile(
                key,
                "Somebody with a name of some length",
                "professional",
                1_234_567,
                1_700_000_000_000L,
                true,
                List.copyOf(notes));
    }

    byte[] json() {
        return WRITER.writeValueAsBytes(this);
    }

    static Profile parse(byte[] json) {
        return READER.readValue(json);
    }
}
