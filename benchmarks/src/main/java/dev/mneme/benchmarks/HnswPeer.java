package dev.mneme.benchmarks;

import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.spi.Vectors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.MMapDirectory;
import org.jspecify.annotations.Nullable;

/** Lucene's own graph with its default codec; a hundred neighbours are looked for, since ten find too few. */
final class HnswPeer implements Peer {

    private static final int NEIGHBOURS = 100;

    private final IndexWriter writer;
    private @Nullable DirectoryReader reader;

    HnswPeer(Path folder) throws IOException {
        this.writer = new IndexWriter(new MMapDirectory(folder), new IndexWriterConfig().setRAMBufferSizeMB(512));
    }

    @Override
    public String name() {
        return "Lucene 9.12 HNSW, k = " + NEIGHBOURS;
    }

    @Override
    public void add(List<Interaction> turns) throws IOException {
        for (Interaction turn : turns) {
            var document = new Document();
            document.add(new StringField("id", turn.id(), Field.Store.YES));
            document.add(new KnnFloatVectorField(
                    "vector", Vectors.unit(turn.vector().orElseThrow()), VectorSimilarityFunction.DOT_PRODUCT));
            writer.addDocument(document);
        }
    }

    @Override
    public List<String> nearest(float[] question) throws IOException {
        DirectoryReader opened = reader;
        if (opened == null) {
            writer.commit();
            opened = DirectoryReader.open(writer);
            reader = opened;
        }
        var searcher = new IndexSearcher(opened);
        var query = new KnnFloatVectorQuery("vector", Vectors.unit(question), NEIGHBOURS);
        var ids = new ArrayList<String>();
        for (ScoreDoc hit : searcher.search(query, 10).scoreDocs) {
            ids.add(searcher.storedFields().document(hit.doc).get("id"));
        }
        return ids;
    }

    @Override
    public void close() throws IOException {
        if (reader != null) {
            reader.close();
        }
        writer.close();
    }
}
