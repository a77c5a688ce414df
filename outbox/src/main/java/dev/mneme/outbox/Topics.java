package dev.mneme.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Settings by globs of topics; the first that matches holds. */
final class Topics {

    private static final int MAX_GLOBS = 1_000;

    private record Rule(Glob glob, TopicSettings settings) {}

    /** A name of a topic in which {@code *} stands for any characters. */
    record Glob(Pattern pattern) {

        static Glob of(String text) {
            if (!text.matches("[a-z0-9.*-]{1,100}")) {
                throw new IllegalArgumentException("a topic must be 1 to 100 characters of a-z, 0-9, '.', '-' and '*',"
                        + " had " + text.length() + " or others");
            }
            return new Glob(Pattern.compile(Stream.of(text.split("\\*", -1))
                    .map(part -> part.isEmpty() ? "" : Pattern.quote(part))
                    .collect(Collectors.joining(".*"))));
        }

        boolean matches(String topic) {
            return pattern.matcher(topic).matches();
        }
    }

    private final List<Rule> rules;

    private Topics(List<Rule> rules) {
        this.rules = rules;
    }

    static Topics none() {
        return new Topics(List.of());
    }

    Topics with(String glob, TopicSettings settings) {
        if (rules.size() >= MAX_GLOBS) {
            throw new IllegalArgumentException("an outbox may have at most " + MAX_GLOBS + " topics, had as many");
        }
        var more = new ArrayList<>(rules);
        more.add(new Rule(Glob.of(glob), settings));
        return new Topics(List.copyOf(more));
    }

    TopicSettings of(String topic) {
        for (Rule rule : rules) {
            if (rule.glob.matches(topic)) {
                return rule.settings;
            }
        }
        return TopicSettings.UNORDERED;
    }
}
