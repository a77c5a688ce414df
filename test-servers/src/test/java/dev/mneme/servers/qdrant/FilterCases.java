package dev.mneme.servers.qdrant;

import static io.qdrant.client.ConditionFactory.datetimeRange;
import static io.qdrant.client.ConditionFactory.filter;
import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.ConditionFactory.hasVector;
import static io.qdrant.client.ConditionFactory.isEmpty;
import static io.qdrant.client.ConditionFactory.isNull;
import static io.qdrant.client.ConditionFactory.match;
import static io.qdrant.client.ConditionFactory.matchExceptKeywords;
import static io.qdrant.client.ConditionFactory.matchExceptValues;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.ConditionFactory.matchKeywords;
import static io.qdrant.client.ConditionFactory.matchText;
import static io.qdrant.client.ConditionFactory.matchValues;
import static io.qdrant.client.ConditionFactory.nested;
import static io.qdrant.client.ConditionFactory.range;
import static io.qdrant.client.ConditionFactory.valuesCount;
import static io.qdrant.client.ValueFactory.list;
import static io.qdrant.client.ValueFactory.nullValue;
import static io.qdrant.client.ValueFactory.value;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.DatetimeRange;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.MinShould;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.Common.ValuesCount;
import io.qdrant.client.grpc.JsonWithInt.Value;
import io.qdrant.client.grpc.Points.FieldType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a filter lets through. */
abstract class FilterCases extends QdrantFixture {

    @BeforeEach
    void writePoints() {
        upsert(
                point(
                        id(1),
                        Map.of(
                                "city", text("London"),
                                "n", number(1),
                                "ok", value(true),
                                "tags", list(List.of(text("a"), text("b"))))),
                point(
                        id(2),
                        Map.of(
                                "city", text("Berlin"),
                                "n", number(5),
                                "ok", value(false),
                                "tags", list(List.of()))),
                point(
                        id(3),
                        Map.of(
                                "city", list(List.of(text("London"), text("Moscow"))),
                                "n", list(List.of(number(2), number(9))))),
                point(id(4), sparse(List.of(1), List.of(1f)), Map.of()),
                point(id(5), Map.of("city", nullValue(), "n", value(5.0))));
    }

    @Test
    @DisplayName("a match holds for the value or an element of the same kind, and for nothing absent")
    void matches() {
        assertThat(matching(matchKeyword("city", "London"))).containsExactly(1L, 3L);
        assertThat(matching(match("n", 5))).containsExactly(2L);
        assertThat(matching(match("ok", true))).containsExactly(1L);
        assertThat(matching(matchKeyword("n", "1"))).isEmpty();
        assertThat(matching(matchKeywords("city", List.of("Berlin", "Moscow")))).containsExactly(2L, 3L);
        assertThat(matching(matchValues("n", List.of(1L, 9L)))).containsExactly(1L, 3L);
        assertThat(matching(matchText("city", "ondo"))).containsExactly(1L, 3L);
    }

    @Test
    @DisplayName("except holds if some value is another one, and not for what is absent or null")
    void exceptions() {
        assertThat(matching(matchExceptKeywords("city", List.of("London")))).containsExactly(2L, 3L);
        assertThat(matching(matchExceptValues("n", List.of(1L, 2L)))).containsExactly(2L, 3L, 5L);
    }

    @Test
    @DisplayName("a range holds for numbers of both kinds within its bounds")
    void ranges() {
        assertThat(matching(range("n", Range.newBuilder().setGte(2).setLt(9).build())))
                .containsExactly(2L, 3L, 5L);
        assertThat(matching(range("n", Range.newBuilder().setGt(5).build()))).containsExactly(3L);
        assertThat(matching(range("n", Range.newBuilder().setLte(1).build()))).containsExactly(1L);
        assertThat(matching(range("city", Range.newBuilder().setGte(0).build())))
                .isEmpty();
    }

    @Test
    @DisplayName("a range of moments reads texts, with and without an offset, and nothing else")
    void rangesOfMoments() {
        upsert(
                moment(11, "2026-03-01T12:00:00Z"),
                moment(12, "2026-03-01T15:00:00+03:00"),
                moment(13, "2026-03-01 12:00:00.000001"),
                moment(14, "2026-03-01"),
                moment(15, "yesterday"));
        Timestamp noon = timestamp("2026-03-01T12:00:00Z");

        assertThat(matching(datetimeRange(
                        "at", DatetimeRange.newBuilder().setGte(noon).build())))
                .containsExactly(11L, 12L, 13L);
        assertThat(matching(datetimeRange(
                        "at", DatetimeRange.newBuilder().setGt(noon).build())))
                .containsExactly(13L);
        assertThat(matching(datetimeRange(
                        "at", DatetimeRange.newBuilder().setLt(noon).build())))
                .containsExactly(14L);

        index("at", FieldType.FieldTypeDatetime);
        assertThat(matching(datetimeRange(
                        "at", DatetimeRange.newBuilder().setLte(noon).build())))
                .containsExactly(11L, 12L, 14L);
    }

    @Test
    @DisplayName("must, should, must_not and min_should join, and nest in one another")
    void joins() {
        Condition london = matchKeyword("city", "London");
        Condition five = match("n", 5);
        Condition ok = match("ok", true);

        assertThat(matching(
                        Filter.newBuilder().addShould(london).addShould(five).build()))
                .containsExactly(1L, 2L, 3L);
        assertThat(matching(Filter.newBuilder().addMust(london).addMustNot(ok).build()))
                .containsExactly(3L);
        assertThat(matching(Filter.newBuilder().addMustNot(london).build())).containsExactly(2L, 4L, 5L);
        assertThat(matching(Filter.newBuilder()
                        .setMinShould(MinShould.newBuilder()
                                .addConditions(london)
                                .addConditions(ok)
                                .addConditions(five)
                                .setMinCount(2))
                        .build()))
                .containsExactly(1L);
        assertThat(matching(must(
                        filter(Filter.newBuilder()
                                .addShould(london)
                                .addShould(five)
                                .build()),
                        filter(Filter.newBuilder().addMustNot(ok).build()))))
                .containsExactly(2L, 3L);
        assertThat(matching(Filter.getDefaultInstance())).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    @DisplayName("empty is what is absent, null or an empty list; null is only null")
    void emptyAndNull() {
        assertThat(matching(isEmpty("city"))).containsExactly(4L, 5L);
        assertThat(matching(isEmpty("tags"))).containsExactly(2L, 3L, 4L, 5L);
        assertThat(matching(isNull("city"))).containsExactly(5L);
    }

    @Test
    @DisplayName("points are found by id, by the vectors they have, and by how many values a field has")
    void idsVectorsAndCounts() {
        assertThat(matching(hasId(List.of(id(1), id(4), id(99))))).containsExactly(1L, 4L);
        assertThat(matching(hasVector("sparse"))).containsExactly(4L);
        assertThat(matching(
                        valuesCount("tags", ValuesCount.newBuilder().setGte(2).build())))
                .containsExactly(1L);
    }

    @Test
    @DisplayName("a nested filter must hold within one element; a plain path holds across all")
    void nestedFilters() {
        upsert(
                point(id(21), Map.of("diet", list(List.of(dish("meat", 5), dish("salad", 1))))),
                point(id(22), Map.of("diet", list(List.of(dish("meat", 1), dish("salad", 5))))),
                point(id(23), Map.of("diet", dish("meat", 5))));
        Condition meat = matchKeyword("food", "meat");
        Condition much = range("likes", Range.newBuilder().setGt(3).build());

        assertThat(matching(nested("diet", must(meat, much)))).containsExactly(21L);
        assertThat(matching(must(
                        matchKeyword("diet[].food", "meat"),
                        range("diet[].likes", Range.newBuilder().setGt(3).build()))))
                .containsExactly(21L, 22L);
        assertThat(matching(Filter.newBuilder()
                        .addMust(hasId(List.of(id(21), id(22))))
                        .addMustNot(nested("diet", must(meat, much)))
                        .build()))
                .containsExactly(22L);
    }

    @Test
    @DisplayName("large integers are told apart by an index of integers")
    void largeIntegers() {
        long large = 1L << 53;
        upsert(point(id(31), Map.of("big", number(large))), point(id(32), Map.of("big", number(large + 1))));
        index("big", FieldType.FieldTypeInteger);

        assertThat(matching(range("big", Range.newBuilder().setGt(large).build())))
                .containsExactly(32L);
    }

    @Test
    @DisplayName("a malformed filter is refused even if there is nothing to find")
    void malformedFilters() {
        drop(name);
        collections().create(newCollection(name, io.qdrant.client.grpc.Collections.Distance.Dot));

        assertMalformed(Condition.getDefaultInstance());
        assertMalformed(hasId(id("no-uuid")));
        assertMalformed(matchKeyword("a..b", "x"));
        assertMalformed(Condition.newBuilder()
                .setField(FieldCondition.newBuilder().setKey("city"))
                .build());
    }

    private void assertMalformed(Condition condition) {
        assertRefused(Status.Code.INVALID_ARGUMENT, () -> matching(condition));
    }

    private static io.qdrant.client.grpc.Points.PointStruct moment(long id, String at) {
        return point(id(id), Map.of("at", text(at)));
    }

    private static Value dish(String food, long likes) {
        return value(Map.of("food", text(food), "likes", number(likes)));
    }

    private static Timestamp timestamp(String instant) {
        Instant moment = Instant.parse(instant);
        return Timestamp.newBuilder()
                .setSeconds(moment.getEpochSecond())
                .setNanos(moment.getNano())
                .build();
    }
}
