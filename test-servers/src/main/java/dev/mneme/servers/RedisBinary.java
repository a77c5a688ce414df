package dev.mneme.servers;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import redis.embedded.core.ExecutableProvider;

/** The redis-server to run: that of the property {@code mneme.redis.server}, else one out of embedded-redis. */
final class RedisBinary {

    static final String PROPERTY = "mneme.redis.server";

    private RedisBinary() {}

    /**
     * The path of the executable, unpacked at most once per JVM.
     *
     * @throws ServerException if there is none for this platform
     */
    static Path path() {
        return isOwn() ? Path.of(System.getProperty(PROPERTY)) : Unpacked.PATH;
    }

    /** What to delete if the JVM cannot do it itself. */
    static List<Path> unpacked() {
        return isOwn() ? List.of() : List.of(Unpacked.PATH.toAbsolutePath().getParent());
    }

    static ServerException unusable(Throwable cause) {
        return new ServerException(
                "no redis-server that runs on " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
                        + "; name one with -D" + PROPERTY + "=/path/to/redis-server",
                cause);
    }

    private static boolean isOwn() {
        return !System.getProperty(PROPERTY, "").isEmpty();
    }

    private static final class Unpacked {
        static final Path PATH = unpack();

        private static Path unpack() {
            if (System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
                throw unusable(new UnsupportedOperationException("its build for Windows is of version 5"));
            }
            try {
                Path dir = Files.createTempDirectory("mneme-redis-bin");
                // the last registered goes first
                dir.toFile().deleteOnExit();
                File file =
                        ExecutableProvider.newJarResourceProvider(dir.toFile()).get();
                file.deleteOnExit();
                return file.toPath();
            } catch (IOException | RuntimeException e) {
                throw unusable(e);
            }
        }
    }
}
