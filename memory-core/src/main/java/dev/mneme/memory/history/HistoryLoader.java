package dev.mneme.memory.history;

import dev.mneme.SessionKey;
import java.util.List;

/**
 * Reads a conversation from the host's store of record. Called on the thread that reads the history, under no lock; it
 * must bound its own time. Two readers of one conversation may load it at once.
 */
@FunctionalInterface
public interface HistoryLoader {

    /**
     * The last turns of a conversation, oldest first, with the same ids they were or will be appended with.
     *
     * @param maxTurns how many are of use; of more, the last are taken
     * @throws Exception if they cannot be read
     */
    List<Turn> load(SessionKey key, int maxTurns) throws Exception;
}
