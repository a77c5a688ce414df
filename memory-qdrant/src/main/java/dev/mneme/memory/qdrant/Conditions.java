package dev.mneme.memory.qdrant;

import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.FieldCondition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.HasIdCondition;
import io.qdrant.client.grpc.Common.IsEmptyCondition;
import io.qdrant.client.grpc.Common.Match;
import io.qdrant.client.grpc.Common.NestedCondition;
import io.qdrant.client.grpc.Common.PointId;
import io.qdrant.client.grpc.Common.Range;
import io.qdrant.client.grpc.Common.RepeatedStrings;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** The server's conditions in few words. */
final class Conditions {

    private Conditions() {}

    static Condition is(String field, String keyword) {
        return match(field, Match.newBuilder().setKeyword(keyword));
    }

    static Condition isAny(String field, Collection<String> keywords) {
        return match(
                field,
                Match.newBuilder().setKeywords(RepeatedStrings.newBuilder().addAllStrings(keywords)));
    }

    static Condition is(String field, boolean flag) {
        return match(field, Match.newBuilder().setBoolean(flag));
    }

    static Condition range(String field, Range range) {
        return Condition.newBuilder()
                .setField(FieldCondition.newBuilder().setKey(field).setRange(range))
                .build();
    }

    static Condition isEmpty(String field) {
        return Condition.newBuilder()
                .setIsEmpty(IsEmptyCondition.newBuilder().setKey(field))
                .build();
    }

    static Condition nested(String field, Filter filter) {
        return Condition.newBuilder()
                .setNested(NestedCondition.newBuilder().setKey(field).setFilter(filter))
                .build();
    }

    static Condition hasId(Collection<UUID> ids) {
        var condition = HasIdCondition.newBuilder();
        ids.forEach(id -> condition.addHasId(pointId(id)));
        return Condition.newBuilder().setHasId(condition).build();
    }

    static PointId pointId(UUID id) {
        return PointId.newBuilder().setUuid(id.toString()).build();
    }

    static Condition of(Filter filter) {
        return Condition.newBuilder().setFilter(filter).build();
    }

    static Condition not(Condition condition) {
        return of(Filter.newBuilder().addMustNot(condition).build());
    }

    static Condition all(List<Condition> conditions) {
        return conditions.size() == 1
                ? conditions.get(0)
                : of(Filter.newBuilder().addAllMust(conditions).build());
    }

    static Condition any(List<Condition> conditions) {
        return conditions.size() == 1
                ? conditions.get(0)
                : of(Filter.newBuilder().addAllShould(conditions).build());
    }

    private static Condition match(String field, Match.Builder match) {
        return Condition.newBuilder()
                .setField(FieldCondition.newBuilder().setKey(field).setMatch(match))
                .build();
    }
}
