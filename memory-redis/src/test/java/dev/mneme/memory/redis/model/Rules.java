package dev.mneme.memory.redis.model;

import java.util.EnumSet;
import java.util.Set;

/** The rules a run follows. */
record Rules(Set<Rule> kept) {

    static Rules all() {
        return new Rules(EnumSet.allOf(Rule.class));
    }

    static Rules without(Rule... taken) {
        Rules rules = all();
        rules.kept.removeAll(Set.of(taken));
        return rules;
    }

    boolean keep(Rule rule) {
        return kept.contains(rule);
    }
}
