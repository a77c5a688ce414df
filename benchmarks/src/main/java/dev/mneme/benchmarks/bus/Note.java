package dev.mneme.benchmarks.bus;

/** What agents are told: 64 bytes, immutable, and who sent it. */
record Note(int sender, int kind, long first, long second, long third, long fourth, long fifth) {

    static Note from(int sender) {
        return new Note(sender, 0, 1, 2, 3, 4, 5);
    }
}
