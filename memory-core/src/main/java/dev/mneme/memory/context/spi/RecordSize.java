package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.ContextStats;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue;
import java.util.Map;

/** How many bytes a record counts for; {@link ContextStats#bytes()} has it in words. The same in every store. */
public final class RecordSize {

    private static final int BASE = 64;

    private RecordSize() {}

    /**
     * @param whole the record with its text
     * @param dimensions of its vector
     */
    public static int of(Interaction whole, int dimensions) {
        long bytes =
                BASE + (long) dimensions * Float.BYTES + utf8(whole.text()) + utf8(whole.id()) + utf8(whole.type());
        bytes += whole.session().map(RecordSize::utf8).orElse(0L);
        bytes += whole.speaker().map(RecordSize::utf8).orElse(0L);
        for (Map.Entry<String, MetaValue> entry : whole.meta().entrySet()) {
            bytes += utf8(entry.getKey());
            bytes += entry.getValue() instanceof MetaValue.Text text ? utf8(text.value()) : Long.BYTES;
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    /** Counted without making the bytes; half of a torn pair counts as three. */
    private static long utf8(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit < 0x80) {
                bytes++;
            } else if (unit < 0x800) {
                bytes += 2;
            } else if (Character.isHighSurrogate(unit)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                bytes += 4;
                i++;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }
}
