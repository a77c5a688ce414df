package dev.mneme.memory.context.transfer;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Replaces a file as a whole: whoever reads it, also after a crash, finds the new content or the old one, never a part. */
final class WholeFile {

    private WholeFile() {}

    /** Writes the content. */
    interface Content<T> {
        T write(OutputStream out) throws IOException;
    }

    /**
     * Writes beside the file, syncs, and moves it to its place. An interrupt of the thread is kept and ends nothing half-way.
     *
     * @return what the content returned
     */
    static <T> T replace(Path file, Content<T> content) throws IOException {
        Path written = file.resolveSibling(file.getFileName() + ".part");
        try {
            T result;
            // no channel, which an interrupt would close
            try (var out = new FileOutputStream(written.toFile())) {
                var buffered = new BufferedOutputStream(out, 1 << 16);
                result = content.write(buffered);
                buffered.flush();
                out.getFD().sync();
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return result;
        } finally {
            Files.deleteIfExists(written);
        }
    }
}
