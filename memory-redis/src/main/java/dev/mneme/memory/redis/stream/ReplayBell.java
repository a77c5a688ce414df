package dev.mneme.memory.redis.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.Tenant;
import dev.mneme.events.stream.ReplayId;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What nodes tell each other of a replay buffer; messages may be lost, and what is no message is passed over. */
final class ReplayBell {

    private static final char APPENDED = 'a';
    private static final char ERASED = 'e';

    private ReplayBell() {}

    /** Begins the message that an event was appended; the script ends it with the event's id. */
    static String appended(String path) {
        return APPENDED + path + ' ';
    }

    static String erased(Tenant tenant) {
        return ERASED + tenant.key();
    }

    static void read(byte[] message, BiConsumer<String, ReplayId> appended, Consumer<String> erased) {
        String text = new String(message, UTF_8);
        int end = text.indexOf(' ');
        if (text.isEmpty()) {
            return;
        }
        if (text.charAt(0) == APPENDED && end > 0) {
            ReplayId.parse(text.substring(end + 1)).ifPresent(id -> appended.accept(text.substring(1, end), id));
        } else if (text.charAt(0) == ERASED) {
            erased.accept(text.substring(1));
        }
    }
}
