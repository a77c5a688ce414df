package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A registered agent. Safe for use by many threads; stays valid, and rejects everything, after the agent is gone.
 *
 * @param <I> what it is given
 * @param <O> what it answers; may be null
 */
public final class AgentRef<I, O extends @Nullable Object> {

    private final Mailbox mailbox;
    private final AgentSpec<I, O> spec;

    AgentRef(Mailbox mailbox, AgentSpec<I, O> spec) {
        this.mailbox = mailbox;
        this.spec = spec;
    }

    public String name() {
        return spec.name;
    }

    /** Submits a task of the host itself; see {@link #submit(Object, Submit)}. */
    public Submission<O> submit(I input) {
        return submit(input, Submit.byHost());
    }

    /**
     * Submits a task; never waits, and runs nothing of the handler on the calling thread. The diagnostic context of the
     * calling thread goes with the task, and its {@code Deadline} holds for it.
     */
    public Submission<O> submit(I input, Submit how) {
        return submit(input, how, Origin.OUTSIDE);
    }

    /** Tells the agent to do something for the host itself; see {@link #tell(Object, Submit)}. */
    public boolean tell(I input) {
        return tell(input, Submit.byHost());
    }

    /**
     * Submits a task that nobody will ask about: if the agent does not accept it, or does not do it, that is a {@link
     * DeadLetter}.
     *
     * @return whether it was accepted
     */
    public boolean tell(I input, Submit how) {
        return submit(input, how, Origin.TOLD) instanceof Submission.Accepted;
    }

    /**
     * Changes how many tasks may run at once. What runs is left alone: after lowering it, no task begins until fewer run.
     *
     * @throws IllegalArgumentException if it is not 1 to 100,000
     */
    public void maxConcurrency(int maxConcurrency) {
        Limits.between("maxConcurrency", maxConcurrency, 1, AgentSpec.MAX_CONCURRENCY);
        mailbox.maxConcurrency(maxConcurrency);
    }

    /** What the agent does now, and has done. */
    public AgentNumbers numbers() {
        return mailbox.numbers();
    }

    Submission<O> submit(I input, Submit how, Origin origin) {
        requireNonNull(input, "input");
        Submission<O> answer = mailbox.submit(spec, input, requireNonNull(how, "how"), origin);
        if (origin.told() && answer instanceof Submission.Rejected<O> no) {
            Parts parts = mailbox.parts();
            parts.deadLetters()
                    .add(new DeadLetter(
                            spec.name,
                            origin.topic(),
                            null,
                            input,
                            how,
                            DeadLetter.Reason.REJECTED,
                            no.reason(),
                            null,
                            0,
                            parts.clock().instant()));
        }
        return answer;
    }

    AgentSpec<I, O> spec() {
        return spec;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    @Override
    public String toString() {
        return "AgentRef " + spec.name;
    }
}
