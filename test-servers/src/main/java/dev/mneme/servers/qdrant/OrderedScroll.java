package dev.mneme.servers.qdrant;

import com.google.protobuf.Timestamp;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.Direction;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.OrderValue;
import io.qdrant.client.grpc.Points.RetrievedPoint;
import io.qdrant.client.grpc.Points.StartFrom;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads points in the order of a payload field. Those without a value are left out; those with several come again. */
final class OrderedScroll {

    private record Ordered(StoredPoint point, OrderValue value, BigDecimal number) {}

    private final StoredCollection collection;
    private final PayloadPath path;
    private final FieldIndex index;
    private final boolean descending;
    private final @Nullable BigDecimal start;

    private OrderedScroll(StoredCollection collection, OrderBy order, FieldIndex index) {
        this.collection = collection;
        this.path = PayloadPath.of(order.getKey());
        this.index = index;
        this.descending = order.getDirection() == Direction.Desc;
        this.start = order.hasStartFrom() ? startOf(order.getStartFrom()) : null;
    }

    /**
     * Reads an order.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if the field has no index for ranges
     */
    static OrderedScroll of(StoredCollection collection, OrderBy order) {
        FieldIndex index = collection.indexes().get(order.getKey());
        if (index == null || !index.orders()) {
            throw Refusals.wrongInput("No range index for `order_by` key: `" + order.getKey()
                    + "`. Please create one to use `order_by`.");
        }
        return new OrderedScroll(collection, order, index);
    }

    List<RetrievedPoint> page(Predicate<StoredPoint> condition, int limit, Selected selected) {
        List<Ordered> all = new ArrayList<>();
        for (StoredPoint point : collection.points().values()) {
            if (condition.test(point)) {
                add(point, all);
            }
        }
        Comparator<Ordered> ascending =
                Comparator.comparing(Ordered::number).thenComparing(ordered -> ordered.point.key());
        return all.stream()
                .sorted(descending ? ascending.reversed() : ascending)
                .limit(limit)
                .map(ordered -> selected.retrieved(ordered.point, ordered.value))
                .toList();
    }

    private void add(StoredPoint point, List<Ordered> all) {
        for (Value value : path.in(point.payload())) {
            for (Value single : PayloadValues.flat(value)) {
                OrderValue order = index.orderOf(single);
                if (order == null) {
                    continue;
                }
                BigDecimal number =
                        order.hasInt() ? BigDecimal.valueOf(order.getInt()) : new BigDecimal(order.getFloat());
                if (start == null || (descending ? number.compareTo(start) <= 0 : number.compareTo(start) >= 0)) {
                    all.add(new Ordered(point, order, number));
                }
            }
        }
    }

    private static @Nullable BigDecimal startOf(StartFrom start) {
        return switch (start.getValueCase()) {
            case INTEGER -> BigDecimal.valueOf(start.getInteger());
            case FLOAT -> new BigDecimal(start.getFloat());
            case TIMESTAMP -> {
                Timestamp time = start.getTimestamp();
                Instant moment = Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
                yield BigDecimal.valueOf(PayloadValues.micros(moment));
            }
            case DATETIME -> {
                Instant moment = PayloadValues.moment(start.getDatetime());
                if (moment == null) {
                    throw Refusals.invalid("Malformed datetime: " + start.getDatetime());
                }
                yield BigDecimal.valueOf(PayloadValues.micros(moment));
            }
            default -> null;
        };
    }
}
