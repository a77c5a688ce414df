package dev.mneme.memory.cache;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Interrupts a thread while it runs foreign code, and at no other time. */
final class Interruption {

    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread runner;
    private boolean interrupted;

    /** The calling thread enters foreign code. */
    void begin() {
        lock.lock();
        try {
            runner = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    /** It has left it; an interrupt that came from here is taken back. */
    void end() {
        lock.lock();
        try {
            runner = null;
            if (interrupted && Thread.interrupted()) {
                interrupted = false;
            }
        } finally {
            lock.unlock();
        }
    }

    void interrupt() {
        lock.lock();
        try {
            if (runner != null) {
                interrupted = true;
                runner.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
