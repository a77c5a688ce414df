package dev.mneme.memory.lucene;

import dev.mneme.memory.context.MetaValue;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A record's metadata in two small arrays, for filters to look into. */
final class Metadata {

    static final Metadata NONE = new Metadata(Map.of());

    private final String[] keys;
    private final MetaValue[] values;

    /** @param entries in an order that two equal maps share */
    Metadata(Map<String, MetaValue> entries) {
        this.keys = entries.keySet().toArray(String[]::new);
        this.values = entries.values().toArray(MetaValue[]::new);
    }

    @Nullable
    MetaValue find(String key) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i].equals(key)) {
                return values[i];
            }
        }
        return null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Metadata that && Arrays.equals(keys, that.keys) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.hashCode(values);
    }
}
