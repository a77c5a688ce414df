package dev.mneme.memory.qdrant;

import dev.mneme.AgentKey;
import dev.mneme.Tenant;
import dev.mneme.memory.context.Field;
import io.qdrant.client.grpc.Common.Condition;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Common.Range;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Whose records a call is about: every filter that reaches the server begins here. */
final class Mine {

    private Mine() {}

    /** All of an agent's records, ended ones included. */
    static Filter all(AgentKey agent) {
        return Filter.newBuilder().addMust(is(agent)).build();
    }

    /** An agent's records that have not ended. */
    static Filter present(AgentKey agent, Instant now) {
        return Filter.newBuilder().addMust(is(agent)).addMust(present(now)).build();
    }

    /** Those of them that a filter lets through, if there is one. */
    static Filter matching(AgentKey agent, Filter present, Optional<dev.mneme.memory.context.Filter> filter) {
        if (filter.isEmpty()) {
            return present;
        }
        Filter mapped = new FilterMapping(is(agent)).filter(filter.get());
        return present.toBuilder().addMust(Conditions.of(mapped)).build();
    }

    /** All records of all agents of a tenant. */
    static Filter all(Tenant tenant) {
        return Filter.newBuilder()
                .addMust(Conditions.is(Schema.TENANT, tenant.key()))
                .build();
    }

    /** The tenant's records that have not ended. */
    static Filter present(Tenant tenant, Instant now) {
        return all(tenant).toBuilder().addMust(present(now)).build();
    }

    /** An agent's records that have ended. */
    static Filter ended(AgentKey agent, Instant now) {
        return Filter.newBuilder().addMust(is(agent)).addMust(ended(now)).build();
    }

    static Condition is(AgentKey agent) {
        return Conditions.is(Schema.AGENT, agent.key());
    }

    static Condition ended(Instant now) {
        return Conditions.range(
                Schema.ENDS,
                Range.newBuilder().setLte((double) now.toEpochMilli()).build());
    }

    private static Condition present(Instant now) {
        return Conditions.range(
                Schema.ENDS,
                Range.newBuilder().setGt((double) now.toEpochMilli()).build());
    }

    /** The keys of metadata whose kinds must be known before a filter may be asked. */
    static Set<String> metaKeys(dev.mneme.memory.context.Filter filter) {
        Set<String> keys = new HashSet<>();
        addMetaKeys(filter, keys);
        return keys;
    }

    private static void addMetaKeys(dev.mneme.memory.context.Filter filter, Set<String> keys) {
        if (filter instanceof dev.mneme.memory.context.Filter.And and) {
            and.all().forEach(part -> addMetaKeys(part, keys));
        } else if (filter instanceof dev.mneme.memory.context.Filter.Or or) {
            or.any().forEach(part -> addMetaKeys(part, keys));
        } else if (filter instanceof dev.mneme.memory.context.Filter.Not not) {
            addMetaKeys(not.filter(), keys);
        } else if (filter instanceof dev.mneme.memory.context.Filter.Equals equals) {
            add(equals.field(), keys);
        } else if (filter instanceof dev.mneme.memory.context.Filter.In in) {
            add(in.field(), keys);
        } else if (filter instanceof dev.mneme.memory.context.Filter.Range range) {
            add(range.field(), keys);
        }
    }

    private static void add(Field field, Set<String> keys) {
        field.metaKey().ifPresent(keys::add);
    }
}
