package dev.mneme.resilience.health;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The order in which components start: each after all it depends on, and else as they were given. */
final class StartOrder {

    private final Map<String, Component> byName = new LinkedHashMap<>();
    private final List<String> path = new ArrayList<>();
    private final Map<String, Component> ordered = new LinkedHashMap<>();

    private StartOrder() {}

    /**
     * @throws IllegalArgumentException if two have one name, one depends on a part that is not there, or some depend on
     *     each other in a circle; the message names them
     */
    static List<Component> of(Collection<? extends Component> components) {
        var order = new StartOrder();
        for (Component component : components) {
            if (order.byName.put(component.name(), component) != null) {
                throw new IllegalArgumentException(
                        "names of components must differ, '" + component.name() + "' was given twice");
            }
        }
        order.byName.keySet().forEach(order::visit);
        return List.copyOf(order.ordered.values());
    }

    // as deep as the longest chain of dependencies, which is bounded by the number of components
    private void visit(String name) {
        if (ordered.containsKey(name)) {
            return;
        }
        int seen = path.indexOf(name);
        if (seen >= 0) {
            throw new IllegalArgumentException("components must not depend on each other in a circle, was "
                    + String.join(" -> ", path.subList(seen, path.size())) + " -> " + name);
        }
        Component component = byName.get(name);
        if (component == null) {
            throw new IllegalArgumentException("a component may depend on given ones only, '"
                    + path.get(path.size() - 1) + "' depends on '" + name + "'");
        }
        path.add(name);
        // sorted, for a Set.of has another order in every JVM
        new TreeSet<>(component.dependsOn()).forEach(this::visit);
        path.remove(path.size() - 1);
        ordered.put(name, component);
    }
}
