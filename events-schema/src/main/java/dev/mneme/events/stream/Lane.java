package dev.mneme.events.stream;

/** One lane of one source: what a sink keeps a fence for. */
record Lane(String source, int number) {

    static final int MAX_SOURCE_LENGTH = 80;
    static final int MAX_LANE = 1023;

    static void check(String source, int lane) {
        Names.check("source", source);
        if (lane < 0 || lane > MAX_LANE) {
            throw new IllegalArgumentException("lane must be 0 to " + MAX_LANE + ", was " + lane);
        }
    }

    static Lane of(String source, int lane) {
        check(source, lane);
        return new Lane(source, lane);
    }
}
