package dev.mneme.bus;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A gate that parks its thread. */
final class ParkGate implements Dispatcher.Gate {

    private final Thread owner = Thread.currentThread();

    @Override
    public void open() {
        LockSupport.unpark(owner);
    }

    @Override
    public boolean await(BooleanSupplier until, boolean heedInterrupt) {
        boolean interrupted = false;
        while (!until.getAsBoolean() && !(interrupted && heedInterrupt)) {
            // cleared, for a set flag would let no thread park
            interrupted |= Thread.interrupted();
            if (!(interrupted && heedInterrupt)) {
                LockSupport.park(this);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return until.getAsBoolean();
    }

    static boolean await(CompletableFuture<?> done, long nanos) {
        try {
            done.get(nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return done.isDone();
        } catch (ExecutionException e) {
            return true;
        }
    }
}
