package dev.mneme.events.stream;

/** The rule for names that a host gives: they stand in reports and in stored keys. */
final class Names {

    private static final int MAX_LENGTH = 80;

    private Names() {}

    static void check(String what, String name) {
        boolean plain = name.chars().allMatch(c -> c >= ' ' && c <= '~');
        if (name.isBlank() || name.length() > MAX_LENGTH || !plain || !name.equals(name.strip())) {
            throw new IllegalArgumentException(what + " must have 1 to " + MAX_LENGTH
                    + " printable ASCII characters with no blank at its ends, had " + name.length());
        }
    }
}
