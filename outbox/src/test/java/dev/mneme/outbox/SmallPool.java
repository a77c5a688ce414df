package dev.mneme.outbox;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A pool of a few connections; who waits for one for longer than a minute fails. It can be held up as a whole, and refuse
 * a statement.
 */
final class SmallPool implements DataSource {

    private final DataSource source;
    private final Semaphore free;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable String> refused = new AtomicReference<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    SmallPool(DataSource source, int size) {
        this.source = source;
        this.free = new Semaphore(size);
    }

    /** From now on nobody gets a connection, as if the process were stopped. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void release() {
        gate.countDown();
    }

    /** The next statement with this in it is not executed, as if the connection broke: its fate is unknown to who sent it. */
    void refuseNext(String part) {
        refused.set(part);
    }

    boolean hasRefused() {
        return refused.get() == null;
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            gate.await();
            if (!free.tryAcquire(1, TimeUnit.MINUTES)) {
                throw new SQLException("no connection is given back");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException(e);
        }
        Connection pooled = idle.poll();
        return lent(pooled == null ? source.getConnection() : pooled);
    }

    private Connection lent(Connection connection) {
        var open = new AtomicBoolean(true);
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        if (open.getAndSet(false)) {
                            giveBack(connection);
                        }
                        return null;
                    }
                    if (method.getName().equals("prepareStatement")) {
                        refuse((String) arguments[0]);
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void refuse(String sql) throws SQLException {
        String part = refused.get();
        if (part != null && sql.contains(part) && refused.compareAndSet(part, null)) {
            throw new SQLException("the connection is gone", "08006");
        }
    }

    private void giveBack(Connection connection) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            idle.add(connection);
        } finally {
            free.release();
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return source.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        source.setLogWriter(writer);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        source.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return source.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
