package dev.mneme.resilience.limit;

import java.util.List;

/** The rules of one limiter, each at a fixed place. */
final class RuleSet {

    private final List<LimitRule> rules;
    private final long[] windowNanos;

    RuleSet(List<LimitRule> rules) {
        this.rules = List.copyOf(rules);
        this.windowNanos =
                rules.stream().mapToLong(rule -> rule.window().toNanos()).toArray();
    }

    int size() {
        return windowNanos.length;
    }

    CallLog newLog(int place) {
        return new CallLog(rules.get(place).limit(), windowNanos[place]);
    }

    int smallestLimit(int[] places) {
        int smallest = LimitRule.MAX_LIMIT;
        for (int place : places) {
            smallest = Math.min(smallest, rules.get(place).limit());
        }
        return smallest;
    }

    /** The places of the named rules, in that order. */
    int[] places(String first, String... more) {
        int[] places = new int[1 + more.length];
        places[0] = place(first);
        for (int i = 0; i < more.length; i++) {
            int place = place(more[i]);
            for (int before = 0; before <= i; before++) {
                if (places[before] == place) {
                    throw new IllegalArgumentException("a rule must be named once, '" + more[i] + "' was named twice");
                }
            }
            places[i + 1] = place;
        }
        return places;
    }

    private int place(String name) {
        for (int place = 0; place < rules.size(); place++) {
            if (rules.get(place).name().equals(name)) {
                return place;
            }
        }
        throw new IllegalArgumentException(
                "a rule must be one of " + rules.stream().map(LimitRule::name).toList() + ", was '" + name + "'");
    }
}
