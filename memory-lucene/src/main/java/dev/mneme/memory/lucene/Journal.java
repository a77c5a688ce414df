package dev.mneme.memory.lucene;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.util.Constants;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead log of the store: what is in it and synced survives the death of the process and of the machine.
 *
 * <p>It is a row of numbered files of frames. A frame is {@code magic, length, CRC-32C, durable, payload}, where {@code
 * durable} is how many bytes of this file were known to be on disk when the frame was written. It lets a reader tell a torn
 * tail, which was never acknowledged and is cut, from damage to what was acknowledged, which is an error.
 *
 * <p>Appends are serial, under a lock of its own; syncs of several threads share one write to the disk.
 */
final class Journal implements Closeable {

    private static final int MAGIC = 0x4D4E_4A31;
    /** So much of a batch is put together before it is written. */
    private static final int CHUNK = 1 << 20;

    private static final int HEADER = 3 * Integer.BYTES + Long.BYTES;

    /** Takes the frames that are read back, in their order. */
    interface Reader {
        void read(ByteBuffer payload) throws IOException;
    }

    /** Something that was written could not be synced; the system may forget it, and a later sync will not tell. */
    static final class UnsyncedException extends IOException {
        UnsyncedException(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private final Path folder;
    private final ReentrantLock appendLock = new ReentrantLock();
    private final ReentrantLock syncLock = new ReentrantLock();
    private long number;
    private RandomAccessFile file;
    /** Whether a half-written frame is at the end of the file; guarded by the append lock. */
    private boolean spoilt;
    /** Bytes in the current file; guarded by the append lock. */
    private long size;
    /** Bytes appended to and synced of all files of this run; they only grow, so that a wait outlives a change of file. */
    private volatile long appended;

    private volatile long synced;
    /** Of {@code appended}, what lies in earlier files. */
    private volatile long before;

    /** Starts a new file, numbered {@code number}; the earlier ones stay for {@link #deleteBefore}. */
    Journal(Path folder, long number) throws IOException {
        this.folder = folder;
        this.number = number;
        this.file = create(number);
    }

    /** Bytes in the current file. */
    long size() {
        appendLock.lock();
        try {
            return size;
        } finally {
            appendLock.unlock();
        }
    }

    /**
     * Writes the frames behind each other.
     *
     * @return what to pass to {@link #sync}
     * @throws IOException if they could not be written; then the journal is as it was before
     */
    long append(Collection<byte[]> payloads) throws IOException {
        appendLock.lock();
        try {
            if (spoilt) {
                throw new IOException("an earlier write broke off and could not be taken back");
            }
            long bytes;
            try {
                bytes = write(payloads);
            } catch (IOException e) {
                takeBack();
                throw e;
            }
            size += bytes;
            long end = appended + bytes;
            appended = end;
            return end;
        } finally {
            appendLock.unlock();
        }
    }

    private long write(Collection<byte[]> payloads) throws IOException {
        long durable = durable();
        long bytes = 0;
        var chunk = new ByteArrayOutputStream();
        var frames = new DataOutputStream(chunk);
        for (byte[] payload : payloads) {
            frames.writeInt(MAGIC);
            frames.writeInt(payload.length);
            frames.writeInt(checksum(durable, payload));
            frames.writeLong(durable);
            frames.write(payload);
            bytes += HEADER + payload.length;
            if (chunk.size() >= CHUNK) {
                file.write(chunk.toByteArray());
                chunk.reset();
            }
        }
        file.write(chunk.toByteArray());
        return bytes;
    }

    private void takeBack() throws IOException {
        // frames behind the rubbish of a half-written one would be lost with it
        spoilt = true;
        file.setLength(size);
        file.seek(size);
        spoilt = false;
    }

    /** What to pass to {@link #sync} for all that was appended until now. */
    long appended() {
        return appended;
    }

    /** How many bytes of the current file are known to be on disk. */
    long durable() {
        return Math.max(0, synced - before);
    }

    /** Returns once all that was appended up to {@code position} is on disk. */
    void sync(long position) throws IOException {
        syncLock.lock();
        try {
            if (synced >= position) {
                return; // another thread's sync carried this one's bytes along
            }
            long reached = appended;
            file.getFD().sync();
            synced = reached;
        } finally {
            syncLock.unlock();
        }
    }

    /**
     * Goes on in a new file.
     *
     * @return its number; once all that lies in the earlier files is safe elsewhere, pass it to {@link #deleteBefore}
     * @throws UnsyncedException if the present file could not be synced: what was to be on disk may never get there
     * @throws IOException if there is no new file; the present one goes on
     */
    long rotate() throws IOException {
        syncLock.lock();
        appendLock.lock();
        try {
            try {
                file.getFD().sync();
            } catch (IOException e) {
                throw new UnsyncedException(e);
            }
            RandomAccessFile next = create(number + 1);
            file.close();
            file = next;
            number++;
            size = 0;
            synced = appended;
            before = appended;
            return number;
        } finally {
            appendLock.unlock();
            syncLock.unlock();
        }
    }

    void deleteBefore(long number) throws IOException {
        for (Path file : files(folder)) {
            if (numberOf(file) < number) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private RandomAccessFile create(long number) throws IOException {
        Path path = folder.resolve(String.format(Locale.ROOT, "%012d.journal", number));
        // not a FileChannel: that one closes itself for all when one of its threads is interrupted
        var created = new RandomAccessFile(path.toFile(), "rw");
        created.setLength(0);
        syncFolder(folder);
        return created;
    }

    /** Makes the names in the folder last. An interrupt closes the channel before the sync: then once more, without it. */
    private static void syncFolder(Path folder) throws IOException {
        if (Constants.WINDOWS) {
            return; // folders cannot be synced there
        }
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        } catch (ClosedByInterruptException e) {
            syncFolder(folder);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Reads back the files from {@code number} on, and deletes the earlier ones.
     *
     * @return the number for the next file
     * @throws CorruptIndexException if something that was acknowledged cannot be read
     */
    static long replay(Path folder, long number, Reader reader) throws IOException {
        long next = number;
        List<Path> files = files(folder);
        for (Path file : files) {
            if (numberOf(file) < number) {
                Files.delete(file);
                continue;
            }
            if (numberOf(file) != next) {
                throw new CorruptIndexException("file " + next + " of the journal is gone", file.toString());
            }
            boolean last = file.equals(files.get(files.size() - 1));
            replay(file, last, reader);
            next++;
        }
        return next;
    }

    private static void replay(Path file, boolean last, Reader reader) throws IOException {
        long good = 0;
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            long length = Files.size(file);
            while (good < length) {
                ByteBuffer payload = readFrame(in, length - good);
                if (payload == null) {
                    break;
                }
                int read = HEADER + payload.remaining();
                reader.read(payload);
                good += read;
            }
            if (good == length) {
                return;
            }
        }
        if (!last || wasDurable(file, good)) {
            throw new CorruptIndexException(
                    "damaged at byte " + good + ", in what was acknowledged",
                    file.getFileName().toString());
        }
        try (var tail = new RandomAccessFile(file.toFile(), "rw")) {
            tail.setLength(good);
            tail.getFD().sync();
        }
    }

    /** The payload of the next frame, or null if there is no whole and right one. */
    private static @Nullable ByteBuffer readFrame(DataInputStream in, long left) throws IOException {
        try {
            if (left < HEADER || in.readInt() != MAGIC) {
                return null;
            }
            int length = in.readInt();
            int checksum = in.readInt();
            long durable = in.readLong();
            if (length < 0 || length > left - HEADER) {
                return null;
            }
            byte[] payload = in.readNBytes(length);
            return checksum(durable, payload) == checksum ? ByteBuffer.wrap(payload) : null;
        } catch (EOFException e) {
            return null;
        }
    }

    /** Whether a whole frame behind {@code position} says that the bytes at {@code position} were on disk. */
    private static boolean wasDurable(Path file, long position) throws IOException {
        byte[] rest;
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(position);
            rest = in.readAllBytes();
        }
        ByteBuffer bytes = ByteBuffer.wrap(rest);
        for (int at = 1; at + HEADER <= rest.length; at++) {
            if (bytes.getInt(at) != MAGIC) {
                continue;
            }
            int length = bytes.getInt(at + 4);
            long durable = bytes.getLong(at + 12);
            if (length < 0 || length > rest.length - at - HEADER || durable <= position) {
                continue;
            }
            var payload = new byte[length];
            bytes.get(at + HEADER, payload);
            if (checksum(durable, payload) == bytes.getInt(at + 8)) {
                return true;
            }
        }
        return false;
    }

    private static int checksum(long durable, byte[] payload) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, durable));
        crc.update(payload);
        return (int) crc.getValue();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.filter(file -> file.toString().endsWith(".journal"))
                    .sorted()
                    .toList());
        }
    }

    private static long numberOf(Path file) {
        String name = file.getFileName().toString();
        return Long.parseLong(name.substring(0, name.indexOf('.')));
    }
}
