package dev.mneme.benchmarks.cache;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One thread's way through the keys, round and round; each thread begins elsewhere. */
@State(Scope.Thread)
public class Cursor {

    private static final String[] KEYS = Profile.keys();
    private static final List<String> LIST = List.of(KEYS);

    private int at = ThreadLocalRandom.current().nextInt(Profile.COUNT);

    String next() {
        return KEYS[at++ & Profile.COUNT - 1];
    }

    /** So many keys in a row, without an end between. */
    List<String> next(int count) {
        int from = at + count > Profile.COUNT ? 0 : at;
        at = from + count;
        return LIST.subList(from, at);
    }
}
