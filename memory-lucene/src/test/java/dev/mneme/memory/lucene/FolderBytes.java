package dev.mneme.memory.lucene;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** All files under a folder, as they were at one moment; the write lock, which has no content, left out. */
final class FolderBytes {

    private final Map<String, byte[]> files;

    private FolderBytes(Map<String, byte[]> files) {
        this.files = files;
    }

    static FolderBytes of(Path folder) {
        Map<String, byte[]> files = new TreeMap<>();
        try {
            for (Path file : filesUnder(folder)) {
                files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new AssertionError("the folder cannot be read", e);
        }
        return new FolderBytes(files);
    }

    /** A folder that a store writes to, as it was at one moment: read until nothing came, went or grew meanwhile. */
    static FolderBytes ofBusy(Path folder) throws IOException {
        while (true) {
            try {
                Map<Path, Object> before = state(folder);
                FolderBytes read = of(folder);
                if (before.equals(state(folder))) {
                    return read;
                }
            } catch (NoSuchFileException e) {
                // it went between listing and looking
            } catch (AssertionError e) {
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
            }
        }
    }

    private static Map<Path, Object> state(Path folder) throws IOException {
        Map<Path, Object> state = new TreeMap<>();
        for (Path file : filesUnder(folder)) {
            state.put(file, List.of(Files.size(file), Files.getLastModifiedTime(file)));
        }
        return state;
    }

    private static List<Path> filesUnder(Path folder) throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            return new ArrayList<>(walk.filter(file -> !file.endsWith("write.lock"))
                    .filter(Files::isRegularFile)
                    .toList());
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Writes them into an empty folder. */
    Path writeTo(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path target = folder.resolve(file.getKey());
            Files.createDirectories(target.getParent());
            Files.write(target, file.getValue());
        }
        return folder;
    }

    /** The names of the files that hold these characters, as UTF-8. */
    List<String> filesWith(String characters) {
        String sought = latin(characters.getBytes(StandardCharsets.UTF_8));
        return files.entrySet().stream()
                .filter(file -> latin(file.getValue()).contains(sought))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The names of all files that end so, in order. */
    List<String> names(String ending) {
        return files.keySet().stream().filter(name -> name.endsWith(ending)).toList();
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FolderBytes that && asText().equals(that.asText());
    }

    @Override
    public int hashCode() {
        return files.keySet().hashCode();
    }

    /** The names and sizes, to tell two that differ apart. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        files.forEach((name, bytes) ->
                text.append(name).append(' ').append(bytes.length).append('\n'));
        return text.toString();
    }

    private Map<String, String> asText() {
        Map<String, String> text = new TreeMap<>();
        files.forEach((name, bytes) -> text.put(name, latin(bytes)));
        return text;
    }
}
