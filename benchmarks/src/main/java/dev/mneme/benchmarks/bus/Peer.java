package dev.mneme.benchmarks.bus;

/** Agents of one library. Each counts what it is told; the first also answers with the number that it is asked. */
interface Peer extends AutoCloseable {

    /** Tells an agent; false if it has no room now, and took nothing. */
    boolean tell(int agent, Note note);

    /** Asks the first agent, and waits for what it says. */
    long ask(long number);

    @Override
    void close();

    /** Until the agent took it. */
    default void tellInTheEnd(int agent, Note note) {
        while (!tell(agent, note)) {
            Thread.yield();
        }
    }
}
