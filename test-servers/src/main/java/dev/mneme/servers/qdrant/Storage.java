package dev.mneme.servers.qdrant;

import io.grpc.Status;
import io.qdrant.client.grpc.Collections.AliasDescription;
import io.qdrant.client.grpc.Collections.AliasOperations;
import io.qdrant.client.grpc.Collections.CreateCollection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** All collections by name, with their aliases, under one lock. */
final class Storage {

    /** The most collections. */
    static final int MAX_COLLECTIONS = 1_000;

    private static final int MAX_NAME = 255;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    // guarded by the lock
    private final Map<String, StoredCollection> collections = new TreeMap<>();
    private final Map<String, String> aliases = new TreeMap<>();

    <T> T reading(Supplier<T> action) {
        lock.readLock().lock();
        try {
            return action.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    <T> T writing(Supplier<T> action) {
        lock.writeLock().lock();
        try {
            return action.get();
        } finally {
            lock.writeLock().unlock();
        }
    }

    /**
     * The collection of a name or an alias. The caller holds the lock.
     *
     * @throws io.grpc.StatusRuntimeException NOT_FOUND if there is none
     */
    StoredCollection get(String name) {
        checkName(name);
        StoredCollection found = collections.get(aliases.getOrDefault(name, name));
        if (found == null) {
            throw Refusals.noCollection(name);
        }
        return found;
    }

    boolean exists(String name) {
        checkName(name);
        return collections.containsKey(aliases.getOrDefault(name, name));
    }

    List<String> names() {
        return List.copyOf(collections.keySet());
    }

    /**
     * Makes a collection. The caller holds the lock for writing.
     *
     * @throws io.grpc.StatusRuntimeException ALREADY_EXISTS if the name is taken, RESOURCE_EXHAUSTED if there are
     *     {@value #MAX_COLLECTIONS}
     */
    void create(CreateCollection request) {
        String name = request.getCollectionName();
        checkName(name);
        if (name.chars().anyMatch(letter -> letter < ' ' || "<>:\"/\\|?*".indexOf(letter) >= 0)) {
            throw Refusals.invalid("Validation error: collection name contains a forbidden character");
        }
        if (exists(name)) {
            throw Status.ALREADY_EXISTS
                    .withDescription("Wrong input: Collection `" + name + "` already exists!")
                    .asRuntimeException();
        }
        if (collections.size() >= MAX_COLLECTIONS) {
            throw Refusals.exhausted("the Qdrant double holds at most " + MAX_COLLECTIONS + " collections");
        }
        collections.put(name, new StoredCollection(request));
    }

    /** Drops a collection and its aliases; false if there is none. The caller holds the lock for writing. */
    boolean drop(String name) {
        checkName(name);
        aliases.values().removeIf(name::equals);
        return collections.remove(name) != null;
    }

    /** Changes aliases, all or none. The caller holds the lock for writing. */
    void changeAliases(List<AliasOperations> changes) {
        Map<String, String> changed = new TreeMap<>(aliases);
        for (AliasOperations change : changes) {
            switch (change.getActionCase()) {
                case CREATE_ALIAS -> {
                    String collection = change.getCreateAlias().getCollectionName();
                    if (!collections.containsKey(collection)) {
                        throw Refusals.noCollection(collection);
                    }
                    checkFree(change.getCreateAlias().getAliasName());
                    changed.put(change.getCreateAlias().getAliasName(), collection);
                }
                case RENAME_ALIAS -> {
                    checkFree(change.getRenameAlias().getNewAliasName());
                    changed.put(
                            change.getRenameAlias().getNewAliasName(),
                            removed(changed, change.getRenameAlias().getOldAliasName()));
                }
                case DELETE_ALIAS -> changed.remove(change.getDeleteAlias().getAliasName());
                default -> throw Refusals.invalid("Malformed AliasOperation");
            }
        }
        aliases.clear();
        aliases.putAll(changed);
    }

    List<AliasDescription> aliases() {
        List<AliasDescription> all = new ArrayList<>();
        aliases.forEach((alias, collection) -> all.add(AliasDescription.newBuilder()
                .setAliasName(alias)
                .setCollectionName(collection)
                .build()));
        return all;
    }

    private void checkFree(String alias) {
        if (collections.containsKey(alias)) {
            throw Status.ALREADY_EXISTS
                    .withDescription("Wrong input: Collection `" + alias + "` already exists!")
                    .asRuntimeException();
        }
    }

    private static String removed(Map<String, String> aliases, String alias) {
        String collection = aliases.remove(alias);
        if (collection == null) {
            throw Status.NOT_FOUND
                    .withDescription("Not found: Alias " + alias + " does not exists!")
                    .asRuntimeException();
        }
        return collection;
    }

    private static void checkName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME || name.indexOf('/') >= 0) {
            throw Refusals.invalid("Validation error: collection name must be 1 to " + MAX_NAME
                    + " characters without a slash, was " + name.length() + " characters");
        }
    }
}
