package dev.mneme.benchmarks.outbox;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Counts what statements of a data source's connections execute. */
final class CountingDataSource {

    private final LongAdder executed = new LongAdder();

    long executed() {
        return executed.sum();
    }

    DataSource around(DataSource source) {
        return (DataSource) counted(DataSource.class, source);
    }

    private Object counted(Class<?> type, Object real) {
        return Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (real instanceof Statement && method.getName().startsWith("execute")) {
                        executed.increment();
                    }
                    return around(method, call(real, method, arguments));
                });
    }

    private @Nullable Object around(Method method, @Nullable Object answer) {
        Class<?> type = method.getReturnType();
        boolean carries = Connection.class.isAssignableFrom(type) || Statement.class.isAssignableFrom(type);
        return carries && answer != null ? counted(type, answer) : answer;
    }

    private static @Nullable Object call(Object real, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
