package dev.mneme.events;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/** What a document may cost to read, and the JSON reader and writer that keep to it. */
final class WireLimits {

    /** Digits of one number: far more than any amount of money, far less than what makes arithmetic slow. */
    private static final int MAX_NUMBER_LENGTH = 1000;

    private final int maxBytes;
    private final int maxTextLength;
    private final int maxDepth;
    private final JsonFactory json;

    WireLimits(int maxBytes, int maxTextLength, int maxDepth) {
        this.maxBytes = maxBytes;
        this.maxTextLength = maxTextLength;
        this.maxDepth = maxDepth;
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxDocumentLength(maxBytes)
                        .maxStringLength(maxTextLength)
                        .maxNameLength(maxTextLength)
                        .maxNumberLength(MAX_NUMBER_LENGTH)
                        .maxNestingDepth(maxDepth)
                        .build())
                // names are counted by those who read them, at less cost
                .disable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                // the JDK's own digits of a double changed in 19; bytes must not depend on the JDK
                .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
                .disable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
                .build();
    }

    int maxBytes() {
        return maxBytes;
    }

    /** The length from which on a document can hold a text that is too long. */
    int maxTextLength() {
        return maxTextLength;
    }

    /**
     * @throws IllegalArgumentException if the record nests deeper than these limits allow
     */
    void checkDepth(EventVersion version) {
        int depth = 1 + version.shape().depth();
        if (depth > maxDepth) {
            throw new IllegalArgumentException(version.declaration() + " must nest at most " + maxDepth
                    + " levels in its envelope, does " + depth);
        }
    }

    JsonFactory json() {
        return json;
    }

    JsonParser parser(byte[] bytes, int from, int length) {
        return json.createParser(ObjectReadContext.empty(), bytes, from, length);
    }
}
