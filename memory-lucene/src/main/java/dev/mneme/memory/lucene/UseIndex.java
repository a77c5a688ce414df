package dev.mneme.memory.lucene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * When searches last returned records, as it lies in the index: one document an agent, apart from those of its records, with
 * their sequence numbers and times. No state of its own.
 */
final class UseIndex {

    private static final String USES = "uses";
    private static final String TIMES = "times";

    private UseIndex() {}

    /** Applies a change, as far as it bears on uses; applying it again changes nothing more. */
    static void apply(Change change, IndexWriter writer) throws IOException {
        if (change instanceof Change.Uses uses) {
            var document = new Document();
            document.add(new StringField(USES, uses.agent(), Field.Store.NO));
            document.add(new StoredField(TIMES, uses.times()));
            writer.updateDocument(new Term(USES, uses.agent()), document);
        } else if (change instanceof Change.Clear clear) {
            writer.deleteDocuments(new Term(USES, clear.agent()));
        }
    }

    /** Takes the last use of each record. */
    interface UseReader {
        void read(long seq, long millis);
    }

    /** Reads the uses of an agent's records; of records that are gone too. */
    static void read(View view, String agent, UseReader reader) throws IOException {
        for (LeafReaderContext context : view.reader.leaves()) {
            LeafReader leaf = context.reader();
            PostingsEnum postings = leaf.postings(new Term(USES, agent), PostingsEnum.NONE);
            Bits live = leaf.getLiveDocs();
            while (postings != null && postings.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                int doc = postings.docID();
                if (live == null || live.get(doc)) {
                    BytesRef times =
                            leaf.storedFields().document(doc, Set.of(TIMES)).getBinaryValue(TIMES);
                    if (times == null) {
                        throw new CorruptIndexException("a document holds no uses", "index");
                    }
                    read(ByteBuffer.wrap(times.bytes, times.offset, times.length), reader);
                }
            }
        }
    }

    private static void read(ByteBuffer times, UseReader reader) {
        while (times.hasRemaining()) {
            reader.read(times.getLong(), times.getLong());
        }
    }

    /** The keys of all agents that have uses and whose key begins with {@code prefix}. */
    static Set<String> agents(View view, String prefix) throws IOException {
        Set<String> agents = new TreeSet<>();
        for (LeafReaderContext context : view.reader.leaves()) {
            Terms terms = context.reader().terms(USES);
            TermsEnum keys = terms == null ? TermsEnum.EMPTY : terms.iterator();
            if (keys.seekCeil(new BytesRef(prefix)) == TermsEnum.SeekStatus.END) {
                continue;
            }
            for (BytesRef key = keys.term(); key != null && key.utf8ToString().startsWith(prefix); key = keys.next()) {
                agents.add(key.utf8ToString());
            }
        }
        return agents;
    }

    /** How many documents of the index are uses, not records; without deleted ones. */
    static int documents(View view) throws IOException {
        int documents = 0;
        for (LeafReaderContext context : view.reader.leaves()) {
            LeafReader leaf = context.reader();
            Bits live = leaf.getLiveDocs();
            Terms terms = leaf.terms(USES);
            TermsEnum keys = terms == null ? TermsEnum.EMPTY : terms.iterator();
            while (keys.next() != null) {
                PostingsEnum postings = keys.postings(null, PostingsEnum.NONE);
                for (int doc = postings.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = postings.nextDoc()) {
                    documents += live == null || live.get(doc) ? 1 : 0;
                }
            }
        }
        return documents;
    }
}
