package dev.mneme.memory.context.spi;

import java.text.Normalizer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A name in the other alphabet, as people write it: {@code Марта} as {@code marta}, {@code Duarte} as {@code дуарте}.
 *
 * <p>From Cyrillic by the simplified BGN/PCGN romanisation (1947), and back by the same table with the longest letter
 * group first, with the letters of Western names that it does not have read as Russian usually does.
 */
final class NameSpellings {

    private static final Map<String, String> TO_LATIN = table("""
            а a б b в v г g д d е e ё e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch
            ы y э e ю yu я ya
            """);

    private static final Map<String, String> TO_CYRILLIC = table("""
            shch щ sh ш ch ч zh ж kh х ts ц ya я ia ия yu ю ju ю ja я ye е yo е ph ф th т ck к qu кв a а b б c к d д e е f ф g г h х
            i и j дж k к l л m м n н o о p п q к r р s с t т u у v в w в x кс y и z з
            """);

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}]+");
    private static final int LONGEST_GROUP = 4;

    private NameSpellings() {}

    /** The runs of letters of a text. */
    static Set<String> words(String text) {
        return WORD.matcher(text)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The name in the other alphabet; empty if it is not written in one of the two alone. */
    static String other(String name) {
        String plain = Normalizer.normalize(name.toLowerCase(Locale.ROOT), Normalizer.Form.NFD)
                .replace("и\u0306", "й")
                .replaceAll("\\p{M}+", "");
        if (plain.isEmpty()) {
            return "";
        }
        if (plain.chars().allMatch(c -> c >= 'а' && c <= 'я')) {
            return replaced(plain, TO_LATIN);
        }
        return plain.chars().allMatch(c -> c >= 'a' && c <= 'z') ? replaced(plain, TO_CYRILLIC) : "";
    }

    private static String replaced(String name, Map<String, String> table) {
        var other = new StringBuilder();
        int at = 0;
        while (at < name.length()) {
            int length = Math.min(LONGEST_GROUP, name.length() - at);
            while (length > 1 && !table.containsKey(name.substring(at, at + length))) {
                length--;
            }
            // the soft and the hard sign have no letter of their own
            other.append(table.getOrDefault(name.substring(at, at + length), ""));
            at += length;
        }
        return other.toString();
    }

    private static Map<String, String> table(String pairs) {
        Map<String, String> table = new TreeMap<>();
        List<String> parts = List.of(pairs.strip().split("\\s+"));
        for (int i = 0; i < parts.size(); i += 2) {
            table.put(parts.get(i), parts.get(i + 1));
        }
        return table;
    }
}
