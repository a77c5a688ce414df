package dev.mneme.benchmarks.cache;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * JetCache with a level in Caffeine and one in Redis. Its Lettuce, Netty and Caffeine are others than ours, so it lives
 * on a class path of its own ({@code benchmarks/target/peers/jetcache}) and is spoken to through {@link Function}, which
 * costs an interface call for each read. Its values are written and parsed by the same mapper as everybody's.
 */
final class JetCachePeer implements AutoCloseable {

    private final URLClassLoader loader;
    private final Map<String, Object> inside;

    private JetCachePeer(URLClassLoader loader, Map<String, Object> inside) {
        this.loader = loader;
        this.inside = inside;
    }

    /** A JetCache on a server, with all profiles in both levels. */
    @SuppressWarnings("unchecked") // what has no name here has its type there
    static JetCachePeer on(String uri) {
        var loader = new URLClassLoader("jetcache", classPath(), ClassLoader.getPlatformClassLoader());
        Function<Object, byte[]> writes = value -> ((Profile) value).json();
        Function<byte[], Object> parses = Profile::parse;
        Function<String, Object> source = Profile::of;
        Thread here = Thread.currentThread();
        ClassLoader before = here.getContextClassLoader();
        here.setContextClassLoader(loader); // its Lettuce asks this one which parts of Netty there are
        try {
            var maker = (Function<Map<String, Object>, Map<String, Object>>)
                    loader.loadClass("dev.mneme.benchmarks.cache.JetCacheInside")
                            .getConstructor()
                            .newInstance();
            return new JetCachePeer(
                    loader,
                    maker.apply(Map.of(
                            "uri", uri, "writes", writes, "parses", parses, "source", source, "keys", Profile.keys())));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        } finally {
            here.setContextClassLoader(before);
        }
    }

    /** Reads through both levels. */
    Function<String, Object> both() {
        return read("both");
    }

    /** Reads from Redis. */
    Function<String, Object> far() {
        return read("far");
    }

    @SuppressWarnings("unchecked")
    private Function<String, Object> read(String level) {
        return (Function<String, Object>) requireNonNull(inside.get(level));
    }

    @Override
    public void close() {
        ((Runnable) requireNonNull(inside.get("end"))).run();
        try {
            loader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The peer's jars, and the code of these measurements. */
    private static URL[] classPath() {
        try {
            Path here = Path.of(JetCachePeer.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            Path jars = requireNonNull(here.getParent()).resolve("peers/jetcache");
            List<URL> all = new ArrayList<>();
            all.add(here.toUri().toURL());
            try (Stream<Path> found = Files.list(jars)) {
                for (Path jar : found.sorted().toList()) {
                    all.add(jar.toUri().toURL());
                }
            }
            return all.toArray(URL[]::new);
        } catch (URISyntaxException | MalformedURLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException("JetCache's jars must be there: build the benchmarks", e);
        }
    }
}
