package dev.mneme.memory.context;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import opennlp.tools.stemmer.snowball.SnowballStemmer;
import opennlp.tools.stemmer.snowball.SnowballStemmer.ALGORITHM;
import org.jspecify.annotations.Nullable;

/**
 * The default analysis, for Russian and English mixed in one text.
 *
 * <p>Words are runs of letters and digits, in lower case, with ё as е. Function words of both languages are dropped; irregular
 * forms are brought to their basic one ({@code went} to {@code go}, {@code детей} to {@code ребенок}); what is written in
 * Cyrillic is stemmed as Russian, what is written in Latin letters as English, both by Snowball. Words
 * joined by {@code _}, {@code -} or {@code .} that have a digit or a {@code _} among them are an identifier and stay
 * findable as a whole and by their parts: {@code ERR_CONN_42} gives {@code err_conn_42}, {@code err}, {@code conn} and
 * {@code 42}.
 */
final class RussianEnglishAnalyzer implements TextAnalyzer {

    static final RussianEnglishAnalyzer INSTANCE = new RussianEnglishAnalyzer();

    /** Longer words are cut: nobody types them, and an index has its own limit for a term. */
    private static final int MAX_WORD_LENGTH = 128;

    private RussianEnglishAnalyzer() {}

    @Override
    public String fingerprint() {
        return "russian-english-2";
    }

    @Override
    public List<String> terms(String text) {
        var stems = new Stems();
        List<String> words = words(text);
        var terms = new ArrayList<String>(words.size());
        for (String word : words) {
            terms.add(stems.of(IrregularForms.basic(word)));
        }
        return terms;
    }

    /** The words and identifiers of a text, folded to one spelling, function words left out, not yet stemmed. */
    static List<String> words(String text) {
        String folded = fold(text);
        var words = new ArrayList<String>();
        int start = 0;
        while (start < folded.length()) {
            if (!isWordPart(folded.codePointAt(start))) {
                start += Character.charCount(folded.codePointAt(start));
                continue;
            }
            int end = endOfCompound(folded, start);
            addCompound(folded, start, end, words);
            start = end;
        }
        return words;
    }

    private static String fold(String text) {
        String composed = Normalizer.isNormalized(text, Normalizer.Form.NFKC)
                ? text
                : Normalizer.normalize(text, Normalizer.Form.NFKC);
        return composed.toLowerCase(Locale.ROOT).replace('ё', 'е');
    }

    private static int endOfCompound(String text, int start) {
        int at = endOfWord(text, start);
        while (at + 1 < text.length() && isJoint(text.charAt(at)) && isWordPart(text.codePointAt(at + 1))) {
            at = endOfWord(text, at + 1);
        }
        return at;
    }

    private static int endOfWord(String text, int start) {
        int at = start;
        while (at < text.length() && isWordPart(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return at;
    }

    private static void addCompound(String text, int start, int end, List<String> words) {
        boolean joined = false;
        boolean identifier = false;
        int from = start;
        for (int at = start; at < end; at++) {
            char c = text.charAt(at);
            if (isJoint(c)) {
                addWord(text.substring(from, at), words);
                from = at + 1;
                joined = true;
                identifier |= c == '_';
            } else {
                identifier |= Character.isDigit(c);
            }
        }
        addWord(text.substring(from, end), words);
        if (joined && identifier) {
            words.add(cut(text.substring(start, end)));
        }
    }

    private static void addWord(String word, List<String> words) {
        if (!FunctionWords.contain(word)) {
            words.add(cut(word));
        }
    }

    private static String cut(String word) {
        if (word.length() <= MAX_WORD_LENGTH) {
            return word;
        }
        boolean splitsPair = Character.isHighSurrogate(word.charAt(MAX_WORD_LENGTH - 1));
        return word.substring(0, splitsPair ? MAX_WORD_LENGTH - 1 : MAX_WORD_LENGTH);
    }

    private static boolean isJoint(char c) {
        return c == '_' || c == '-' || c == '.';
    }

    private static boolean isWordPart(int codePoint) {
        if (Character.isLetterOrDigit(codePoint)) {
            return true;
        }
        int type = Character.getType(codePoint);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    /** The two stemmers; they keep state while they stem, so each call has its own. */
    private static final class Stems {
        private @Nullable SnowballStemmer russian;
        private @Nullable SnowballStemmer english;

        String of(String word) {
            boolean cyrillic = true;
            boolean latin = true;
            for (int i = 0; i < word.length(); i++) {
                char c = word.charAt(i);
                cyrillic &= c >= 'а' && c <= 'я';
                latin &= c >= 'a' && c <= 'z';
            }
            if (cyrillic) {
                if (russian == null) {
                    russian = new SnowballStemmer(ALGORITHM.RUSSIAN);
                }
                return russian.stem(word).toString();
            }
            if (latin) {
                if (english == null) {
                    english = new SnowballStemmer(ALGORITHM.ENGLISH);
                }
                return english.stem(word).toString();
            }
            return word;
        }
    }

    /** Words that carry grammar, not meaning. Those that are also months or names, such as may and mark, stay searchable. */
    private static final class FunctionWords {

        private static final Set<String> ENGLISH = setOf("""
                a an the this that these those there here
                i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its
                itself we us our ours ourselves they them their theirs themselves one
                am is are was were be been being do does did doing done have has had having
                will would shall should can cannot could might must ought
                and or but nor so yet if then than because while although though unless until whether as
                of in on at by for from to into onto with without within about above below over under between among
                through during before after against toward towards upon off out up down again further since per via
                not no too very just also only even ever really quite rather still already almost
                what which who whom whose when where why how
                any some all both each every either neither other another such own same few more most much many
                s t d m ll re ve don doesn didn isn aren wasn weren haven hasn hadn won wouldn shan shouldn couldn mustn
                ain let lets
                """);

        private static final Set<String> RUSSIAN = setOf("""
                и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот
                от меня еще нет о об обо из ему теперь когда даже ну вдруг ли если уже или ни быть был него до вас нибудь
                опять уж вам ведь там потом себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам
                чтоб чтобы без будто чего себе под будет ж тогда кто этот того потому этого какой какая какие какое каком
                какую каких совсем ним здесь этом один почти мой моя мои мое моего моей моих моему моим тем нее сейчас были
                куда зачем всех никогда можно при наконец два об другой хоть после над больше тот через эти нас про всего
                них какая много разве три эту впрочем хорошо свою свой свои своей своего этой перед иногда лучше чуть том
                нельзя такой им более всегда конечно всю между это эта этим этими этих тебе тобой твой твоя твои твое ваш
                ваша ваши ваше наш наша наши наше нам нами вами ими мной мною кого кому кем ком чему чем сколько почему
                откуда который которая которое которые которого которой которых которому которым которую также тоже очень
                либо лишь пока пусть ради среди около
                """);

        static boolean contain(String word) {
            return ENGLISH.contains(word) || RUSSIAN.contains(word);
        }

        private static Set<String> setOf(String words) {
            // two lists overlap within themselves by nature; Set.of would refuse that
            return Set.copyOf(List.of(words.strip().split("\\s+")));
        }
    }
}
