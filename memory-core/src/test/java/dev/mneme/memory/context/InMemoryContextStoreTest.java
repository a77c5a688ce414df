package dev.mneme.memory.context;

import java.time.InstantSource;

class InMemoryContextStoreTest extends ContextStoreContract {

    @Override
    protected ContextStore openStore(Embedder embedder, InstantSource clock) {
        return InMemoryContextStore.builder(embedder)
                .clock(clock)
                .profile(profile())
                .build();
    }

    @Override
    protected ContextStore openStore(Embedder embedder, InstantSource clock, UpkeepSettings settings) {
        return InMemoryContextStore.builder(embedder)
                .clock(clock)
                .profile(profile())
                .limits(settings.limits())
                .duplicates(settings.duplicates())
                .onAlert(settings.onAlert())
                .build();
    }
}
