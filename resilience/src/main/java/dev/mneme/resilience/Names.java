package dev.mneme.resilience;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Things of one kind by their names, made when first asked for and kept from then on; their number is bounded. */
final class Names<T> {

    private final String what;
    private final ConcurrentMap<String, T> all = new ConcurrentHashMap<>();
    private final List<Consumer<T>> watchers = new CopyOnWriteArrayList<>();

    Names(String what) {
        this.what = what;
    }

    T named(String name, Supplier<T> maker) {
        T known = all.get(name);
        if (known != null) {
            return known;
        }
        Rules.name(name);
        if (all.size() >= Resilience.MAX_NAMES) {
            throw new IllegalArgumentException("there must be at most " + Resilience.MAX_NAMES + " " + what + ", had "
                    + all.size() + "; are names made from user data?");
        }
        T named = all.computeIfAbsent(name, key -> maker.get());
        watchers.forEach(watcher -> watcher.accept(named));
        return named;
    }

    Optional<T> find(String name) {
        return Optional.ofNullable(all.get(name));
    }

    List<T> all() {
        return all.keySet().stream().sorted().map(all::get).toList();
    }

    /** Shows all there are, and each that is made later; one made meanwhile may be shown twice. */
    void watch(Consumer<T> watcher) {
        watchers.add(watcher);
        all.values().forEach(watcher);
    }
}
