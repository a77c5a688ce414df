package dev.mneme.memory.context.spi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mneme.MnemeException;
import dev.mneme.memory.context.AgentContext;
import dev.mneme.memory.context.ContextQuery;
import dev.mneme.memory.context.Embedder;
import dev.mneme.memory.context.Field;
import dev.mneme.memory.context.Filter;
import dev.mneme.memory.context.Interaction;
import dev.mneme.memory.context.MetaValue.Kind;
import dev.mneme.memory.context.RetrievalProfile;
import dev.mneme.memory.context.TextAnalyzer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checks and prepares what comes into a store: interactions to {@link Draft}s, queries to {@link Search}es.
 *
 * <p>All checks come before the embedder is asked, and the embedder before anything is written. Safe to share between
 * threads; to be called under no lock, because embedders may take their time.
 */
public final class Intake {

    /** The most characters (UTF-16 units) of a term; indexes have limits of their own above it. */
    private static final int MAX_TERM_LENGTH = 1_024;

    private final Embedder embedder;
    private final TextAnalyzer analyzer;
    private final InstantSource clock;
    private final int maxTextBytes;
    private final RetrievalProfile profile;
    /** Made at the first search that needs it; made twice, it is the same. */
    private volatile @Nullable Vocabulary vocabulary;

    /** An intake whose queries have the profile {@link RetrievalProfile#CONVERSATION}, unless they have one of their own. */
    public Intake(Embedder embedder, TextAnalyzer analyzer, InstantSource clock, int maxTextBytes) {
        this(embedder, analyzer, clock, maxTextBytes, RetrievalProfile.CONVERSATION);
    }

    /**
     * @param profile the one of queries that have none of their own
     * @throws IllegalArgumentException if the embedder has no dimensions or a weight out of range, its fingerprint or the analyzer's is blank or
     *     over 256 characters, or {@code maxTextBytes} is below 1
     */
    public Intake(
            Embedder embedder, TextAnalyzer analyzer, InstantSource clock, int maxTextBytes, RetrievalProfile profile) {
        if (embedder.dimensions() < 1) {
            throw new IllegalArgumentException(
                    "an embedder must have at least 1 dimension, had " + embedder.dimensions());
        }
        double weight = embedder.weight();
        if (!(weight == 0 || (weight >= 0.001 && weight <= 1000))) {
            throw new IllegalArgumentException("an embedder's weight must be 0 or from 0.001 to 1000, was " + weight);
        }
        if (maxTextBytes < 1) {
            throw new IllegalArgumentException("maxTextBytes must be at least 1, was " + maxTextBytes);
        }
        checkFingerprint("embedder", embedder.fingerprint());
        checkFingerprint("analyzer", analyzer.fingerprint());
        this.embedder = embedder;
        this.analyzer = analyzer;
        this.clock = clock;
        this.maxTextBytes = maxTextBytes;
        this.profile = profile;
    }

    /** The number of dimensions of every vector that leaves this intake. */
    public int dimensions() {
        return embedder.dimensions();
    }

    /** That of the embedder. */
    public String fingerprint() {
        return embedder.fingerprint();
    }

    public Instant now() {
        return clock.instant();
    }

    /**
     * The interactions, checked and prepared, in their order.
     *
     * @throws IllegalArgumentException as {@link AgentContext#addAll}
     * @throws MnemeException if the embedder gave what it must not
     */
    public List<Draft> drafts(Collection<Interaction> interactions) {
        if (interactions.size() > AgentContext.MAX_BATCH) {
            throw new IllegalArgumentException("a batch must have at most " + AgentContext.MAX_BATCH
                    + " interactions, had " + interactions.size());
        }
        Instant now = now();
        var stamped = new ArrayList<Interaction>(interactions.size());
        var toEmbed = new ArrayList<String>();
        for (Interaction interaction : interactions) {
            check(interaction);
            stamped.add(interaction.time().isPresent() ? interaction : interaction.time(now));
            if (interaction.vector().isEmpty()) {
                toEmbed.add(interaction.text());
            }
        }
        List<Terms> terms = stamped.stream().map(this::terms).toList();
        var embedded = embedAll(toEmbed).iterator();
        var drafts = new ArrayList<Draft>(stamped.size());
        for (Interaction interaction : stamped) {
            float[] vector = interaction.vector().orElseGet(embedded::next);
            drafts.add(new Draft(interaction, terms.get(drafts.size()), Vectors.unit(vector)));
        }
        return drafts;
    }

    /** The terms by which the text leg finds an interaction: those of its speaker's name and of its text. */
    public Terms terms(Interaction interaction) {
        String words = interaction.speaker().map(speaker -> speaker + " : ").orElse("") + interaction.text();
        Terms terms = Terms.of(analyzer.terms(words));
        for (String term : terms.counts().keySet()) {
            if (term.length() > MAX_TERM_LENGTH) {
                throw new MnemeException("the analyzer " + analyzer.fingerprint() + " must give terms of at most "
                        + MAX_TERM_LENGTH + " characters, gave one of " + term.length());
            }
        }
        return terms;
    }

    /**
     * The query, checked and prepared.
     *
     * @throws IllegalArgumentException if the query's vector has not as many dimensions as the embedder, or none of its
     *     legs has a weight
     * @throws MnemeException if the embedder gave what it must not
     */
    public Search search(ContextQuery query) {
        query.vector().ifPresent(vector -> checkDimensions(vector.length));
        double textWeight = query.text().isPresent() ? query.textWeight() : 0;
        // a query by vector alone is about nothing else, whatever the embedder thinks of itself
        double denseWeight = query.denseWeight().orElse(query.text().isPresent() ? embedder.weight() : 1);
        if (textWeight + denseWeight == 0) {
            throw new IllegalArgumentException(
                    "a query by vector alone must give the dense leg a weight above 0, was " + denseWeight);
        }
        Set<String> terms = textWeight > 0
                ? query.text()
                        .map(text -> Terms.of(analyzer.terms(text)).counts().keySet())
                        .orElse(Set.of())
                : Set.of();
        Optional<float[]> vector = Optional.empty();
        if (denseWeight > 0) {
            vector = query.vector()
                    .or(() -> query.text().map(text -> embedAll(List.of(text)).get(0)))
                    .filter(found -> !Vectors.isZero(found))
                    .map(Vectors::unit);
        }
        RetrievalProfile asked = query.profile().orElse(profile);
        return new Search(query, terms, vector, textWeight, denseWeight, asked, question(query, terms, asked));
    }

    private Question question(ContextQuery query, Set<String> terms, RetrievalProfile asked) {
        if (asked.isPlain() || query.text().isEmpty()) {
            return Question.NONE;
        }
        return Question.of(query.text().get(), terms, analyzer, vocabulary(), asked, now());
    }

    private Vocabulary vocabulary() {
        Vocabulary made = vocabulary;
        if (made == null) {
            made = Vocabulary.of(analyzer);
            vocabulary = made;
        }
        return made;
    }

    /** The terms by which a question names a speaker: those of the name, in either alphabet. */
    public Set<String> nameTerms(String speaker) {
        var terms = new HashSet<>(analyzer.terms(speaker));
        for (String word : NameSpellings.words(speaker)) {
            terms.addAll(analyzer.terms(NameSpellings.other(word)));
        }
        return terms;
    }

    /**
     * Refuses a filter that compares a metadata key with a kind of value that no record has there, while some have
     * another: such a filter is a mistake, and must not answer "nothing found".
     *
     * @param kinds the kinds that an agent's records have under a key; empty if none has the key
     * @throws IllegalArgumentException if the filter does so; names the key and the kinds
     */
    public static void checkKinds(Filter filter, Function<String, Set<Kind>> kinds) {
        if (filter instanceof Filter.Equals equals) {
            checkKind(equals.field(), equals.value().kind(), kinds);
        } else if (filter instanceof Filter.In in) {
            checkKind(in.field(), in.values().get(0).kind(), kinds);
        } else if (filter instanceof Filter.Range range) {
            checkKind(range.field(), range.kind(), kinds);
        } else if (filter instanceof Filter.And and) {
            and.all().forEach(part -> checkKinds(part, kinds));
        } else if (filter instanceof Filter.Or or) {
            or.any().forEach(part -> checkKinds(part, kinds));
        } else if (filter instanceof Filter.Not not) {
            checkKinds(not.filter(), kinds);
        }
    }

    private static void checkKind(Field field, Kind compared, Function<String, Set<Kind>> kinds) {
        field.metaKey().map(kinds).ifPresent(held -> {
            if (!held.isEmpty() && !held.contains(compared)) {
                throw new IllegalArgumentException("the filter on '" + field.name() + "' must compare with "
                        + held.iterator().next() + " as the records do, was " + compared);
            }
        });
    }

    private void check(Interaction interaction) {
        if (interaction.text().isBlank() && interaction.vector().isEmpty()) {
            throw new IllegalArgumentException("an interaction must have a text or a vector, had neither");
        }
        // no character takes more than three bytes of UTF-8 for each of its UTF-16 units
        if (interaction.text().length() > maxTextBytes / 3) {
            int bytes = interaction.text().getBytes(UTF_8).length;
            if (bytes > maxTextBytes) {
                throw new IllegalArgumentException(
                        "the text of an interaction must have at most " + maxTextBytes + " bytes, had " + bytes);
            }
        }
        interaction.vector().ifPresent(vector -> checkDimensions(vector.length));
    }

    private void checkDimensions(int given) {
        if (given != embedder.dimensions()) {
            throw new IllegalArgumentException(
                    "a vector must have " + embedder.dimensions() + " dimensions as the embedder's have, had " + given);
        }
    }

    private List<float[]> embedAll(List<String> texts) {
        if (texts.isEmpty()) {
            return List.of();
        }
        List<float[]> vectors = embedder.embedAll(texts);
        if (vectors.size() != texts.size()) {
            throw new MnemeException("the embedder " + embedder.fingerprint()
                    + " must give one vector for each text, gave " + vectors.size() + " for " + texts.size());
        }
        for (float[] vector : vectors) {
            if (vector.length != embedder.dimensions()) {
                throw new MnemeException("the embedder " + embedder.fingerprint() + " must give "
                        + embedder.dimensions() + " dimensions, gave " + vector.length);
            }
            for (float value : vector) {
                if (!Float.isFinite(value)) {
                    throw new MnemeException(
                            "the embedder " + embedder.fingerprint() + " must give finite numbers, gave " + value);
                }
            }
        }
        return vectors;
    }

    private static void checkFingerprint(String what, String fingerprint) {
        if (fingerprint.isBlank() || fingerprint.length() > 256) {
            throw new IllegalArgumentException("the fingerprint of an " + what + " must have 1 to 256 characters, had "
                    + (fingerprint.isBlank() ? 0 : fingerprint.length()));
        }
    }
}
