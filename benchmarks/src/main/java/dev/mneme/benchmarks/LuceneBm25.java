package dev.mneme.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.util.QueryBuilder;
import org.jspecify.annotations.Nullable;

/** The peer that everybody has: Lucene's BM25 as it comes, with its EnglishAnalyzer, one index a dialogue. */
final class LuceneBm25 implements AutoCloseable {

    private final EnglishAnalyzer analyzer = new EnglishAnalyzer();
    private final Map<String, IndexWriter> writers = new LinkedHashMap<>();

    void add(String dialogue, String id, String text) throws IOException {
        IndexWriter writer = writers.get(dialogue);
        if (writer == null) {
            writer = new IndexWriter(new ByteBuffersDirectory(), new IndexWriterConfig(analyzer));
            writers.put(dialogue, writer);
        }
        var document = new Document();
        document.add(new StringField("id", id, Field.Store.YES));
        document.add(new TextField("text", text, Field.Store.NO));
        writer.addDocument(document);
    }

    List<String> find(String dialogue, String question, int limit) throws IOException {
        IndexWriter writer = writers.get(dialogue);
        if (writer == null) {
            return List.of();
        }
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
            var searcher = new IndexSearcher(reader);
            @Nullable Query query = new QueryBuilder(analyzer).createBooleanQuery("text", question);
            var ids = new ArrayList<String>();
            for (ScoreDoc hit : searcher.search(query == null ? new MatchNoDocsQuery() : query, limit).scoreDocs) {
                ids.add(searcher.storedFields().document(hit.doc).get("id"));
            }
            return ids;
        }
    }

    @Override
    public void close() throws IOException {
        for (IndexWriter writer : writers.values()) {
            writer.close();
        }
    }
}
