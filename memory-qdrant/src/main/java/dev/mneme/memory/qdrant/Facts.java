package dev.mneme.memory.qdrant;

import dev.mneme.memory.context.MetaValue;
import dev.mneme.memory.context.MetaValue.Kind;

/**
 * Metadata as tokens that are compared to the letter: one says that a key has a value of a kind, one which value. The keys
 * are the users' own, and a server has indexes over fields of known names only; so all keys share one field.
 */
final class Facts {

    private Facts() {}

    /** The token of a record that has a value of this kind under this key. */
    static String held(Kind kind, String key) {
        return '?' + letter(kind) + ':' + Names.keyword(key);
    }

    /** The token of a record that has this value under this key. */
    static String same(String key, MetaValue value) {
        // how long the key is comes first, so that it is told where it ends
        String name = Names.keyword(key);
        return '=' + letter(value.kind()) + ':' + name.length() + ':' + name + ':' + written(value);
    }

    /** What the order of a key's numbers, or of its times, is asked of. */
    static String ordered(Kind kind, String key) {
        return letter(kind) + ':' + Names.keyword(key);
    }

    private static String letter(Kind kind) {
        return switch (kind) {
            case TEXT -> "s";
            case NUMBER -> "n";
            case FLAG -> "b";
            case TIME -> "t";
        };
    }

    private static String written(MetaValue value) {
        if (value instanceof MetaValue.Text text) {
            return Names.keyword(text.value());
        }
        if (value instanceof MetaValue.Flag flag) {
            return Boolean.toString(flag.value());
        }
        if (value instanceof MetaValue.Time time) {
            return Long.toString(time.value().toEpochMilli());
        }
        if (value instanceof MetaValue.Whole whole) {
            return Long.toString(whole.value());
        }
        double number = ((MetaValue.Decimal) value).value();
        // 5.0 is the same as 5; 2^63 is the first double beyond the whole numbers
        boolean isWhole = Math.rint(number) == number && number >= -0x1p63 && number < 0x1p63;
        return isWhole ? Long.toString((long) number) : Double.toString(number);
    }
}
