package dev.mneme.servers.qdrant;

import io.grpc.MethodDescriptor;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What went over the wire. */
final class Traffic {

    private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();

    /** {@code Points/Upsert} for {@code qdrant.Points/Upsert}. */
    static String nameOf(MethodDescriptor<?, ?> method) {
        String full = method.getFullMethodName();
        return full.startsWith("qdrant.") ? full.substring("qdrant.".length()) : full;
    }

    void called(String method) {
        calls.computeIfAbsent(method, any -> new LongAdder()).increment();
    }

    void received(int bytes) {
        received.add(bytes);
    }

    void sent(int bytes) {
        sent.add(bytes);
    }

    long calls(String method) {
        LongAdder counted = calls.get(method);
        return counted == null ? 0 : counted.sum();
    }

    Map<String, Long> calls() {
        Map<String, Long> all = new TreeMap<>();
        calls.forEach((method, count) -> all.put(method, count.sum()));
        return all;
    }

    long received() {
        return received.sum();
    }

    long sent() {
        return sent.sum();
    }

    void reset() {
        calls.clear();
        received.reset();
        sent.reset();
    }
}
