package dev.mneme.events.stream.spi;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Where the threads of handlers and subscribers come from: virtual ones where the JDK has them (21+), else daemon threads. */
public final class WorkerThreads {

    private static final String BUILDER = "java.lang.Thread$Builder";

    private WorkerThreads() {}

    /** Makes virtual threads with numbered names; null where there are none. */
    public static @Nullable ThreadFactory virtual(String namePrefix) {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            // the interface, for its class is not public
            Class<?> type = Class.forName(BUILDER);
            Method name = type.getMethod("name", String.class, long.class);
            Method factory = type.getMethod("factory");
            return (ThreadFactory) factory.invoke(name.invoke(builder, namePrefix, 0L));
        } catch (ReflectiveOperationException | RuntimeException e) {
            // RuntimeException: on 19 and 20 the method is there, and refuses unless previews are switched on
            return null;
        }
    }

    /** Makes daemon threads with numbered names. */
    public static ThreadFactory daemon(String namePrefix) {
        var number = new AtomicLong();
        return task -> {
            var thread = new Thread(task, namePrefix + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }
}
