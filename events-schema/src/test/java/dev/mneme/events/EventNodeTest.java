package dev.mneme.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class EventNodeTest {

    private final EventNode node = EventNode.create().put("text", "tea").put("size", 3);

    @Test
    void aRenameKeepsTheValue() {
        assertThat(node.rename("text", "content").value("content")).isEqualTo("tea");
        assertThat(node.has("text")).isFalse();
        assertThat(node.rename("none", "content").value("content")).isEqualTo("tea");
        assertThat(node.rename("content", "content").value("content")).isEqualTo("tea");
    }

    @Test
    void aRenameOntoAnotherValueIsAConflict() {
        node.put("content", "coffee");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.rename("text", "content"))
                .withMessage("content must be absent or have the value of text, has another");
        assertThat(node.value("text")).isEqualTo("tea");
        assertThat(node.put("content", "tea").rename("text", "content").names()).containsExactly("size", "content");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.put("void", null).rename("content", "void"));
    }

    @Test
    void valuesMoveBetweenNodes() {
        node.put("owner", EventNode.create());
        node.move("text", node.node("owner"), "name");
        assertThat(node.node("owner").value("name")).isEqualTo("tea");
        assertThat(node.has("text")).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.move("owner", node.node("owner"), "self"))
                .withMessage("owner must not be moved into itself");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.node("size"))
                .withMessage("size must be an object, is none");
    }

    @Test
    void valuesAreMappedPutAndRemoved() {
        node.mapValue("text", value -> ((String) value).toUpperCase(Locale.ROOT))
                .mapValue("none", value -> "x");
        assertThat(node.value("text")).isEqualTo("TEA");
        assertThat(node.putIfAbsent("text", "x").putIfAbsent("new", 1.5).value("new"))
                .isEqualTo(new BigDecimal("1.5"));
        assertThat(node.put("nil", null).putIfAbsent("nil", "x").value("nil")).isNull();
        assertThat(node.value("size")).isEqualTo(3L);
        assertThat(node.put("list", List.of(1, Priority.HIGH)).value("list")).isEqualTo(List.of(1L, "HIGH"));
        assertThat(node.remove("list").has("list")).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> node.put("x", new int[0]))
                .withMessage("a value must be a text, a number, a truth, a node, a list or null, was a int[]");
        assertThat(node).hasToString("EventNode[text, size, new, nil]");
        assertThat(EventNode.create().put("a", 1))
                .isEqualTo(EventNode.create().put("a", 1L))
                .hasSameHashCodeAs(EventNode.create().put("a", 1));
    }

    @Test
    void anUpcasterThatThrowsOrForgetsMakesTheEventMalformed() {
        byte[] wire = EventCodec.of(Samples.N1).encode(Samples.envelope(new Samples.NotedV1("m", "secret")));
        assertDetail(
                wire,
                data -> {
                    throw new IllegalStateException("secret");
                },
                "memory.noted v1 to v2: an upcaster threw IllegalStateException");
        assertDetail(
                wire,
                data -> {
                    throw new AssertionError("secret");
                },
                "memory.noted v1 to v2: an upcaster threw AssertionError");
        assertDetail(wire, data -> null, "memory.noted v1 to v2: an upcaster gave null");
        assertDetail(wire, data -> data, "memory.noted v1 to v2: content is missing");
        assertDetail(
                wire,
                data -> data.rename("text", "memoryId"),
                "memory.noted v1 to v2: an upcaster threw IllegalArgumentException");
        assertDetail(
                wire,
                data -> data.rename("text", "content").put("importance", 1),
                "memory.noted v1 to v2: importance must be one of LOW, MEDIUM, HIGH, UNKNOWN");
    }

    private static void assertDetail(byte[] wire, Upcaster upcaster, String detail) {
        EventCodec codec = EventCodec.of(Samples.N1.with(Samples.NotedV2.class).upcast("memory.noted", 1, upcaster));
        Decoded.Malformed malformed = Samples.malformed(codec.decode(wire));
        assertThat(malformed.fault()).isEqualTo(Decoded.Malformed.Fault.BAD_UPCAST);
        assertThat(malformed.detail()).isEqualTo(detail);
    }
}
