package dev.mneme.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Another process with the class path of this one, whose lines are read one by one and which can be paused and killed as
 * processes are by fate. Closing it ends it, paused or not.
 */
public final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final Path errors;
    private final BufferedReader lines;
    private final PrintWriter input;

    private ChildJvm(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        this.input = new PrintWriter(process.getOutputStream(), true, UTF_8);
    }

    /** Starts a class's main method with a heap of 128 MB. */
    public static ChildJvm start(Class<?> main, String... arguments) {
        return start(command(main, arguments));
    }

    /** As {@link #start}, in a process whose files may not grow over so many blocks of 512 bytes. */
    public static ChildJvm startWithFileLimit(int blocks, Class<?> main, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f " + blocks + " && exec \"$@\"", "sh"));
        command.addAll(command(main, arguments));
        return start(command);
    }

    private static List<String> command(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static ChildJvm start(List<String> command) {
        try {
            Path errors = Files.createTempFile("child", ".err");
            return new ChildJvm(
                    new ProcessBuilder(command).redirectError(errors.toFile()).start(), errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The next line it prints, as soon as there is one.
     *
     * @throws AssertionError if the process has ended before it
     */
    public String line() {
        try {
            String line = lines.readLine();
            if (line == null) {
                throw new AssertionError("the child has ended early: " + errors());
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All lines it printed that were not read yet; returns once it has ended.
     *
     * @throws AssertionError if it does not end within a minute after its last line
     */
    public List<String> rest() {
        List<String> rest = lines.lines().toList();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the child does not end: " + errors());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the child ended", e);
        }
        return rest;
    }

    /** Gives it a line to read. */
    public void say(String line) {
        input.println(line);
    }

    /** By SIGKILL where there is one: nothing of the process runs after it. What it printed can still be read. */
    public void kill() {
        process.toHandle().destroyForcibly(); // Process's own method would close the pipe too
    }

    /** Stops it as {@code SIGSTOP} does, until {@link #resume()}. */
    public void pause() {
        signal("STOP");
    }

    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int exit = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + process.pid())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new ServerException("the child could not be sent SIG" + name, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerException("interrupted while signalling the child", e);
        }
    }

    /** What it wrote to its standard error so far. */
    public String errors() {
        try {
            return Files.readString(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
