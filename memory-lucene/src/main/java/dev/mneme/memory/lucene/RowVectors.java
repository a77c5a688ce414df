package dev.mneme.memory.lucene;

import dev.mneme.memory.context.spi.Vectors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The vectors of one agent, row behind row, in blocks that are never copied as they grow in number.
 *
 * <p>A scan runs through memory in order, which is as fast as memory gives it; see {@link Vectors#dot}.
 */
final class RowVectors {

    /** Rows of the first block; an agent with few records shall not pay for many. */
    private static final int FIRST_BLOCK = 8;

    private static final int FULL_BLOCK = 4_096;

    private final int dimensions;
    private final List<float[]> blocks = new ArrayList<>();

    RowVectors(int dimensions) {
        this.dimensions = dimensions;
    }

    void set(int row, float[] vector) {
        int block = row / FULL_BLOCK;
        int offset = row % FULL_BLOCK * dimensions;
        if (block == blocks.size()) {
            blocks.add(new float[(block == 0 ? FIRST_BLOCK : FULL_BLOCK) * dimensions]);
        }
        float[] rows = blocks.get(block);
        if (offset >= rows.length) {
            rows = Arrays.copyOf(rows, Math.min(rows.length * 2, FULL_BLOCK * dimensions));
            blocks.set(block, rows);
        }
        System.arraycopy(vector, 0, rows, offset, dimensions);
    }

    /** How many bytes the vectors take. */
    long bytes() {
        long bytes = 0;
        for (float[] block : blocks) {
            bytes += (long) block.length * Float.BYTES;
        }
        return bytes;
    }

    /** A copy of the row. */
    float[] get(int row) {
        int offset = row % FULL_BLOCK * dimensions;
        return Arrays.copyOfRange(blocks.get(row / FULL_BLOCK), offset, offset + dimensions);
    }

    float cosine(float[] query, int row) {
        return Vectors.cosine(query, blocks.get(row / FULL_BLOCK), row % FULL_BLOCK * dimensions);
    }

    void copy(int fromRow, int toRow) {
        float[] from = blocks.get(fromRow / FULL_BLOCK);
        float[] to = blocks.get(toRow / FULL_BLOCK);
        System.arraycopy(from, fromRow % FULL_BLOCK * dimensions, to, toRow % FULL_BLOCK * dimensions, dimensions);
    }

    /** Gives back the memory of all rows from {@code rows} on. */
    void trim(int rows) {
        int needed = (rows + FULL_BLOCK - 1) / FULL_BLOCK;
        while (blocks.size() > needed) {
            blocks.remove(blocks.size() - 1);
        }
    }
}
