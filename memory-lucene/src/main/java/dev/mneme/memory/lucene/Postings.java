package dev.mneme.memory.lucene;

import java.util.Arrays;

/** The rows that hold a term, and how often each does; a growing pair of columns. */
final class Postings {

    private int[] rows = new int[256];
    private int[] occurrences = new int[256];
    private int size;

    void clear() {
        size = 0;
    }

    void add(int row, int times) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, size * 2);
            occurrences = Arrays.copyOf(occurrences, size * 2);
        }
        rows[size] = row;
        occurrences[size++] = times;
    }

    int size() {
        return size;
    }

    int row(int at) {
        return rows[at];
    }

    int occurrences(int at) {
        return occurrences[at];
    }
}
