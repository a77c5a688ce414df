package dev.mneme.events;

import java.io.OutputStream;
import java.util.Arrays;

/** Where a document is written to: mostly in one piece, which is then the result. */
final class WireBytes extends OutputStream {

    private byte[] bytes = new byte[0];

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] piece, int from, int length) {
        int end = bytes.length;
        bytes = Arrays.copyOf(bytes, end + length);
        System.arraycopy(piece, from, bytes, end, length);
    }

    byte[] toByteArray() {
        return bytes;
    }
}
