package dev.mneme.memory.context;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Word forms of English and Russian that a stemmer cannot bring together; {@value #FILE} says which. */
final class IrregularForms {

    private static final String FILE = "irregular-forms.txt";
    private static final Map<String, String> BASIC = read();

    private IrregularForms() {}

    /** The form that stands for all forms of a word in lower case, with е for ё; the word itself if it is regular. */
    static String basic(String word) {
        return BASIC.getOrDefault(word, word);
    }

    private static Map<String, String> read() {
        Map<String, String> basic = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(IrregularForms.class.getResourceAsStream(FILE), FILE)) {
            new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> List.of(line.split(" ")))
                    .forEach(forms -> forms.forEach(form -> basic.putIfAbsent(form, forms.get(0))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.copyOf(basic);
    }
}
