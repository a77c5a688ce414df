package dev.mneme.memory.context;

import java.util.function.Consumer;

/**
 * How a case wants a store kept in bounds.
 *
 * @param limits for the store's builder
 * @param duplicates for the store's builder
 * @param onAlert for the store's builder; told nobody by {@link #of}
 */
public record UpkeepSettings(Limits limits, Duplicates duplicates, Consumer<FillAlert> onAlert) {

    static UpkeepSettings of(Limits limits) {
        return new UpkeepSettings(limits, Duplicates.off(), alert -> {});
    }

    static UpkeepSettings of(Duplicates duplicates) {
        return new UpkeepSettings(Limits.none(), duplicates, alert -> {});
    }

    UpkeepSettings listener(Consumer<FillAlert> onAlert) {
        return new UpkeepSettings(limits, duplicates, onAlert);
    }
}
