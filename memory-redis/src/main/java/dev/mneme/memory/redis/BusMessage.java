package dev.mneme.memory.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.mneme.KeyPath;
import dev.mneme.memory.cache.spi.Dropped;
import dev.mneme.memory.cache.spi.FarKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An invalidation, as {@code invalidate.lua} publishes it: words between spaces, every part of a key percent-encoded.
 *
 * <pre>bucket predecessor version k cache key…  |  … s cache scope  |  … r cache  |  … o owner</pre>
 */
record BusMessage(int bucket, String predecessor, String version, Dropped dropped) {

    /** Null if it is nothing that this version understands; the next heartbeat then tells that something was missed. */
    static @Nullable BusMessage parse(byte[] message) {
        try {
            String[] words = new String(message, ISO_8859_1).split(" ");
            int bucket = Integer.parseInt(words[0]);
            if (bucket < 0 || bucket >= FarKey.BUCKETS) {
                return null;
            }
            Dropped dropped = dropped(bucket, words);
            String predecessor = words[1].equals("-") ? "" : words[1];
            return dropped == null ? null : new BusMessage(bucket, predecessor, words[2], dropped);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return null;
        }
    }

    private static @Nullable Dropped dropped(int bucket, String[] words) {
        String name = part(words[4]);
        return switch (words[3]) {
            case "k" -> new Dropped.Keys(name, keys(words));
            case "s" -> new Dropped.Scope(name, part(words[5]));
            case "r" -> new Dropped.Root(name, bucket);
            case "o" -> new Dropped.Owner(name, bucket);
            default -> null;
        };
    }

    private static List<String> keys(String[] words) {
        var keys = new ArrayList<String>(words.length - 5);
        for (int i = 5; i < words.length; i++) {
            keys.add(part(words[i]));
        }
        return keys;
    }

    private static String part(String word) {
        return KeyPath.split(word).get(0);
    }
}
