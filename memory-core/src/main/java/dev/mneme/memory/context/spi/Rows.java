package dev.mneme.memory.context.spi;

import dev.mneme.memory.context.Interaction;
import java.util.BitSet;

/**
 * The records of one agent as a store lays them out for a search: in rows, from 0 on. A row is a number that the store
 * chooses and {@link Sessions} was told; rows without a record may lie between them.
 *
 * <p>Used by one thread, for one search, while nothing changes.
 */
public interface Rows {

    /** Takes each record that holds a term. */
    @FunctionalInterface
    interface PostingReader {

        /**
         * @param row of the record
         * @param occurrences how often it holds the term; at least 1
         */
        void read(int row, int occurrences);
    }

    /** One more than the highest row. */
    int size();

    /** How many records the agent has, whatever the filter says. */
    int count();

    /** The mean length of these records in terms. */
    double averageLength();

    /** How many terms the record in a row has. */
    int length(int row);

    /** What is known of the record in a row; its text may be left out. */
    Interaction facts(int row);

    /** The row of a record. */
    int row(String id);

    /** The rows that the search's filter lets through; all rows with a record, if it has no filter. */
    BitSet matching();

    /** Reads all records that hold a term, each once and in any order, whatever the filter says. */
    void postings(String term, PostingReader reader);
}
