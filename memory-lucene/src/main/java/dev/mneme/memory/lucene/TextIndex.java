package dev.mneme.memory.lucene;

import dev.mneme.memory.context.spi.Terms;
import java.io.IOException;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongToIntFunction;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.TermFrequencyAttribute;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NumericUtils;
import org.jspecify.annotations.Nullable;

/**
 * How records lie in the Lucene index, and how they are read from it; no state of its own.
 *
 * <p>Every text term begins with its agent's key. So an agent's terms, and how many records hold them, are found without
 * touching a posting of anyone else: isolation is a matter of the layout, not of a filter that could be forgotten. Records
 * are named by their sequence number alone; ids are looked up in the {@link AgentMemory}.
 */
final class TextIndex {

    private static final String AGENT = "agent";
    private static final String SEQ = "seq";
    private static final String TEXT = "text";
    private static final String RECORD = "record";
    private static final String VECTOR = "vector";

    /** A binary doc value holds 32,766 bytes; longer vectors go on in a next field. */
    private static final int VECTOR_PIECE = 32_000;

    /** Agent keys are percent-encoded and have no space: the first one ends the key. */
    private static final char END_OF_KEY = ' ';

    private static final FieldType TERMS = termsType();

    private TextIndex() {}

    /** Applies a change; applying it again changes nothing more. */
    static void apply(Change change, IndexWriter writer) throws IOException {
        if (change instanceof Change.Put put) {
            if (put.replaced() != Change.NONE) {
                writer.deleteDocuments(seqTerm(put.replaced()));
            }
            writer.updateDocument(seqTerm(put.seq()), document(put));
        } else if (change instanceof Change.Delete delete) {
            writer.deleteDocuments(seqTerm(delete.seq()));
        } else if (change instanceof Change.Clear clear) {
            writer.deleteDocuments(new Term(AGENT, clear.agent()));
        }
    }

    private static Document document(Change.Put put) {
        var document = new Document();
        document.add(new StringField(AGENT, put.agent(), Field.Store.NO));
        document.add(new StringField(SEQ, seqBytes(put.seq()), Field.Store.NO));
        document.add(new NumericDocValuesField(SEQ, put.seq()));
        document.add(new Field(TEXT, new CountedTerms(put.agent(), put.terms()), TERMS));
        document.add(new StoredField(RECORD, put.record()));
        byte[] vector = put.vector();
        for (int from = 0; from < vector.length; from += VECTOR_PIECE) {
            int length = Math.min(VECTOR_PIECE, vector.length - from);
            document.add(new BinaryDocValuesField(VECTOR + from / VECTOR_PIECE, new BytesRef(vector, from, length)));
        }
        return document;
    }

    /** Takes each posting of a term: the record's row and how often it holds the term. */
    interface PostingReader {
        void read(int row, int occurrences);
    }

    /** Finds the row of a record by its number, beginning at a row near it; below zero if it has none. */
    interface RowFinder {
        int rowOf(long seq, int near);
    }

    /** Takes each record of an agent. */
    interface RecordReader {
        void read(long seq, byte[] record, float[] vector) throws IOException;
    }

    /** Reads the live postings of one of the agent's terms; within a segment in ascending order of the record numbers. */
    static void readPostings(
            View view, String agent, String term, LeafRows known, RowFinder finder, PostingReader reader)
            throws IOException {
        var key = new Term(TEXT, new BytesRef(agent + END_OF_KEY + term));
        for (LeafReaderContext context : view.reader.leaves()) {
            LeafReader leaf = context.reader();
            PostingsEnum postings = leaf.postings(key, PostingsEnum.FREQS);
            if (postings == null) {
                continue;
            }
            Bits live = leaf.getLiveDocs();
            int[] rows = known.of(leaf, agent, seq -> finder.rowOf(seq, 0));
            NumericDocValues seqs = DocValues.getNumeric(leaf, SEQ);
            int row = 0;
            for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                if (live == null || live.get(doc)) {
                    int found = rows.length > 0 ? rows[doc] : finder.rowOf(valueAt(seqs, doc), row);
                    if (found >= 0) {
                        row = found;
                        reader.read(row, postings.freq());
                    }
                }
            }
        }
    }

    /** How many records of the agent a segment has, deleted ones included. */
    static int records(LeafReader leaf, String agent) throws IOException {
        return leaf.docFreq(new Term(AGENT, agent));
    }

    /** How many records of the agent the index has, deleted ones included. */
    static int records(View view, String agent) throws IOException {
        return view.reader.docFreq(new Term(AGENT, agent));
    }

    /** Writes the row of each of the agent's documents of a segment into {@code rows}, deleted ones included. */
    static void readSeqs(LeafReader leaf, String agent, LongToIntFunction rowOf, int[] rows) throws IOException {
        PostingsEnum postings = leaf.postings(new Term(AGENT, agent), PostingsEnum.NONE);
        NumericDocValues seqs = DocValues.getNumeric(leaf, SEQ);
        while (postings != null && postings.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            rows[postings.docID()] = rowOf.applyAsInt(valueAt(seqs, postings.docID()));
        }
    }

    /** Reads all live records of an agent, in no particular order. */
    static void readRecords(View view, String agent, int dimensions, RecordReader reader) throws IOException {
        for (LeafReaderContext context : view.reader.leaves()) {
            LeafReader leaf = context.reader();
            PostingsEnum postings = leaf.postings(new Term(AGENT, agent), PostingsEnum.NONE);
            if (postings == null) {
                continue;
            }
            Bits live = leaf.getLiveDocs();
            NumericDocValues seqs = DocValues.getNumeric(leaf, SEQ);
            StoredFields stored = leaf.storedFields();
            BinaryDocValues[] pieces = vectorPieces(leaf, dimensions);
            for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                if (live == null || live.get(doc)) {
                    reader.read(valueAt(seqs, doc), record(stored, doc), vector(pieces, doc, dimensions));
                }
            }
        }
    }

    /** Reads one record. */
    static void readRecord(View view, long seq, int dimensions, RecordReader reader) throws IOException {
        for (LeafReaderContext context : view.reader.leaves()) {
            LeafReader leaf = context.reader();
            PostingsEnum postings = leaf.postings(seqTerm(seq), PostingsEnum.NONE);
            Bits live = leaf.getLiveDocs();
            while (postings != null && postings.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                int doc = postings.docID();
                if (live == null || live.get(doc)) {
                    reader.read(
                            seq,
                            record(leaf.storedFields(), doc),
                            vector(vectorPieces(leaf, dimensions), doc, dimensions));
                    return;
                }
            }
        }
        throw new CorruptIndexException("record " + seq + " is not in the index", "index");
    }

    /** The highest sequence number in the index, deleted records included; 0 if there is none. */
    static long lastSeq(View view) throws IOException {
        long last = 0;
        for (LeafReaderContext leaf : view.reader.leaves()) {
            var terms = leaf.reader().terms(SEQ);
            if (terms != null && terms.getMax() != null) {
                BytesRef max = terms.getMax();
                last = Math.max(last, NumericUtils.sortableBytesToLong(max.bytes, max.offset));
            }
        }
        return last;
    }

    /** The keys of all agents that have records and whose key begins with {@code prefix}. */
    static Set<String> agents(View view, String prefix) throws IOException {
        Set<String> agents = new TreeSet<>();
        var from = new BytesRef(prefix);
        for (LeafReaderContext leaf : view.reader.leaves()) {
            var terms = leaf.reader().terms(AGENT);
            if (terms == null) {
                continue;
            }
            TermsEnum keys = terms.iterator();
            if (keys.seekCeil(from) == TermsEnum.SeekStatus.END) {
                continue;
            }
            for (BytesRef key = keys.term(); key != null; key = keys.next()) {
                String agent = key.utf8ToString();
                if (!agent.startsWith(prefix)) {
                    break;
                }
                agents.add(agent);
            }
        }
        return agents;
    }

    /** The first {@code limit} keys behind {@code after} of agents that have live records. */
    static Set<String> agents(View view, String after, int limit) throws IOException {
        var agents = new TreeSet<String>();
        var from = new BytesRef(after);
        for (LeafReaderContext leaf : view.reader.leaves()) {
            var terms = leaf.reader().terms(AGENT);
            if (terms == null) {
                continue;
            }
            TermsEnum keys = terms.iterator();
            if (keys.seekCeil(from) == TermsEnum.SeekStatus.END) {
                continue;
            }
            int found = 0;
            for (BytesRef key = keys.term(); key != null && found < limit; key = keys.next()) {
                if (!key.equals(from) && isAnyLive(keys, leaf.reader().getLiveDocs())) {
                    agents.add(key.utf8ToString());
                    found++;
                }
            }
        }
        while (agents.size() > limit) {
            agents.pollLast();
        }
        return agents;
    }

    private static boolean isAnyLive(TermsEnum term, @Nullable Bits live) throws IOException {
        if (live == null) {
            return true;
        }
        PostingsEnum postings = term.postings(null, PostingsEnum.NONE);
        int doc = postings.nextDoc();
        while (doc != DocIdSetIterator.NO_MORE_DOCS && !live.get(doc)) {
            doc = postings.nextDoc();
        }
        return doc != DocIdSetIterator.NO_MORE_DOCS;
    }

    private static byte[] record(StoredFields stored, int doc) throws IOException {
        BytesRef bytes = stored.document(doc, Set.of(RECORD)).getBinaryValue(RECORD);
        if (bytes == null) {
            throw new CorruptIndexException("a document holds no record", "index");
        }
        return BytesRef.deepCopyOf(bytes).bytes;
    }

    private static BinaryDocValues[] vectorPieces(LeafReader leaf, int dimensions) throws IOException {
        int count = (dimensions * Float.BYTES + VECTOR_PIECE - 1) / VECTOR_PIECE;
        var pieces = new BinaryDocValues[count];
        for (int i = 0; i < count; i++) {
            pieces[i] = DocValues.getBinary(leaf, VECTOR + i);
        }
        return pieces;
    }

    private static float[] vector(BinaryDocValues[] pieces, int doc, int dimensions) throws IOException {
        var vector = new float[dimensions];
        int at = 0;
        for (BinaryDocValues values : pieces) {
            if (!values.advanceExact(doc)) {
                throw new CorruptIndexException("a record has no vector", "index");
            }
            BytesRef piece = values.binaryValue();
            float[] part = RecordCodec.decodeVector(piece.bytes, piece.offset, piece.length);
            System.arraycopy(part, 0, vector, at, part.length);
            at += part.length;
        }
        return vector;
    }

    private static long valueAt(NumericDocValues values, int doc) throws IOException {
        if (!values.advanceExact(doc)) {
            throw new CorruptIndexException("a document has no sequence number", "index");
        }
        return values.longValue();
    }

    private static Term seqTerm(long seq) {
        return new Term(SEQ, seqBytes(seq));
    }

    private static BytesRef seqBytes(long seq) {
        var bytes = new byte[Long.BYTES];
        NumericUtils.longToSortableBytes(seq, bytes, 0);
        return new BytesRef(bytes);
    }

    private static FieldType termsType() {
        var type = new FieldType();
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        type.setTokenized(true);
        type.setOmitNorms(true);
        type.freeze();
        return type;
    }

    /** A record's terms with their counts, each behind the agent's key. */
    private static final class CountedTerms extends TokenStream {
        private final CharTermAttribute termAttribute = addAttribute(CharTermAttribute.class);
        private final TermFrequencyAttribute countAttribute = addAttribute(TermFrequencyAttribute.class);
        private final String prefix;
        private final Collection<Map.Entry<String, Integer>> terms;
        private Iterator<Map.Entry<String, Integer>> next;

        CountedTerms(String agent, Terms terms) {
            this.prefix = agent + END_OF_KEY;
            this.terms = terms.counts().entrySet();
            this.next = this.terms.iterator();
        }

        @Override
        public void reset() throws IOException {
            super.reset();
            next = terms.iterator();
        }

        @Override
        public boolean incrementToken() {
            if (!next.hasNext()) {
                return false;
            }
            clearAttributes();
            Map.Entry<String, Integer> term = next.next();
            termAttribute.append(prefix).append(term.getKey());
            countAttribute.setTermFrequency(term.getValue());
            return true;
        }
    }
}
