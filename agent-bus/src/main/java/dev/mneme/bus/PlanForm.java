package dev.mneme.bus;

import static java.util.Objects.requireNonNull;

import dev.mneme.TypeRef;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRequest.OnTimeout;
import dev.mneme.memory.coordination.ApprovalRisk;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Plans as JSON, for some agents: to keep a plan, to send it, to have a model write it.
 *
 * <pre>{@code
 * {"form": 1, "name": "report", "nodes": [
 *   {"name": "a", "agent": "researcher", "input": {"topic": "tea"}},
 *   {"name": "b", "agent": "researcher", "input": {"topic": "coffee"}},
 *   {"name": "draft", "agent": "writer", "join": ["a", "b"], "atLeast": 1},
 *   {"name": "review", "approval": {"question": "Publish?", "risk": "HIGH"}, "given": "draft"},
 *   {"name": "publish", "agent": "publisher", "given": "draft", "after": ["review"], "onFailure": "FAIL_FAST"}]}
 * }</pre>
 *
 * <p>An agent must have declared its {@linkplain AgentSpec.Builder#types types}: inputs are read as the one, and what a node
 * is given must fit it. A node stands before or after what it needs. Names that nobody knows are refused, so that a typing error
 * changes no plan. Immutable, and safe for use by many threads.
 */
public final class PlanForm {

    /** The most characters of a written plan. */
    public static final int MAX_CHARACTERS = 16 << 20;

    private static final int FORM = 1;
    private static final Set<String> PLAN_FIELDS = Set.of("form", "name", "nodes", "approvedFirst");
    private static final Set<String> NODE_FIELDS =
            Set.of("name", "agent", "approval", "input", "given", "join", "atLeast", "after", "onFailure");
    private static final Set<String> APPROVAL_FIELDS =
            Set.of("question", "details", "operation", "subject", "risk", "timeout", "onTimeout");

    private final Map<String, AgentRef<?, ?>> agents = new LinkedHashMap<>();
    private final JsonMapper mapper = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private PlanForm(List<AgentRef<?, ?>> agents) {
        for (AgentRef<?, ?> agent : agents) {
            if (agent.spec().inputType == null) {
                throw new IllegalArgumentException(
                        "an agent in a plan's data must have declared its types, " + agent.name() + " has not");
            }
            if (this.agents.put(agent.name(), agent) != null) {
                throw new IllegalArgumentException("an agent must be given once, twice was " + agent.name());
            }
        }
    }

    /**
     * For plans of these agents.
     *
     * @throws IllegalArgumentException if one of them has not declared its types, or is given twice
     */
    public static PlanForm of(AgentRef<?, ?>... agents) {
        return new PlanForm(List.of(agents));
    }

    /** As {@link #of(AgentRef[])}. */
    public static PlanForm of(List<? extends AgentRef<?, ?>> agents) {
        return new PlanForm(List.copyOf(agents));
    }

    /**
     * A plan as JSON; {@link #read} makes one of it that does the same.
     *
     * @throws IllegalArgumentException if it has agents that this was not made for, or questions that are made while it runs; if
     *     an input cannot be written, or all is longer than {@value #MAX_CHARACTERS} characters
     */
    public String write(Plan plan) {
        ObjectNode json = mapper.createObjectNode();
        json.put("form", FORM).put("name", plan.name());
        if (plan.needsApproval()) {
            if (plan.firstApprovalFixed == null) {
                throw new IllegalArgumentException("the approval of a plan in data must be a fixed one, that of "
                        + plan.name() + " is made later");
            }
            json.set("approvedFirst", written(plan.firstApprovalFixed));
        }
        ArrayNode nodes = json.putArray("nodes");
        plan.nodes.forEach(node -> nodes.add(written(node)));
        String text = mapper.writeValueAsString(json);
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "a written plan must have at most " + MAX_CHARACTERS + " characters, had " + text.length());
        }
        return text;
    }

    /**
     * The plan that a text says.
     *
     * @throws IllegalArgumentException if it says none: no JSON of this form, an agent that this was not made for, an input
     *     that its agent cannot be given, a node that is given what does not fit, a circle, or whatever else {@link
     *     Plan.Builder} refuses. The message names the node, and nothing of the inputs
     */
    public Plan read(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "a written plan must have at most " + MAX_CHARACTERS + " characters, had " + text.length());
        }
        JsonNode json = parsed(text);
        checkFields("a plan", json, PLAN_FIELDS);
        if (json.path("form").asInt(0) != FORM) {
            throw new IllegalArgumentException("a plan's form must be " + FORM + ", was another");
        }
        Plan.Builder plan = Plan.builder(text("a plan", json, "name"));
        JsonNode nodes = json.path("nodes");
        if (!nodes.isArray()) {
            throw new IllegalArgumentException("a plan's nodes must be a list, were none");
        }
        Map<String, NodeRef<?>> refs = new LinkedHashMap<>();
        for (JsonNode node : nodes) {
            checkFields("a node", node, NODE_FIELDS);
            NodeRef<?> ref = node(plan, node);
            refs.put(ref.name(), ref);
        }
        for (JsonNode node : nodes) {
            link(refs, node);
        }
        if (json.has("approvedFirst")) {
            plan.approvedFirst(approval("the plan", json.path("approvedFirst")));
        }
        return plan.build();
    }

    /** The agents and their versions, in the order of their names. */
    String agents() {
        return agents.values().stream()
                .map(agent -> agent.name() + '\n' + agent.spec().version + '\n')
                .sorted()
                .collect(Collectors.joining());
    }

    // ---- writing

    private ObjectNode written(NodeRef<?> node) {
        ObjectNode json = mapper.createObjectNode();
        json.put("name", node.name);
        boolean joins = false;
        if (node.node instanceof PlanNode.Task<?, ?> task) {
            joins = task.joins();
            json.put("agent", known(task.agent()).name());
            if (task.given() != null) {
                json.set("input", input(node.name, task));
            }
        } else if (node.node instanceof PlanNode.Asking asking) {
            if (asking.fixed() == null) {
                throw new IllegalArgumentException(
                        "an approval in data must be a fixed one, that of node " + node.name + " is made later");
            }
            json.set("approval", written(asking.fixed()));
        }
        if (joins) {
            ArrayNode sources = json.putArray("join");
            node.sources.forEach(source -> sources.add(source.name));
            if (node.needed < node.sources.size()) {
                json.put("atLeast", node.needed);
            }
        } else if (!node.sources.isEmpty()) {
            json.put("given", node.sources.get(0).name);
        }
        if (!node.after.isEmpty()) {
            ArrayNode after = json.putArray("after");
            node.after.forEach(other -> after.add(other.name));
        }
        if (node.policy != FailurePolicy.SKIP_DEPENDENTS) {
            json.put("onFailure", node.policy.name());
        }
        return json;
    }

    private AgentRef<?, ?> known(AgentRef<?, ?> agent) {
        AgentRef<?, ?> known = agents.get(agent.name());
        if (known == null || known.mailbox() != agent.mailbox()) {
            throw new IllegalArgumentException("an agent must be one of this form's, " + agent.name() + " is not");
        }
        return known;
    }

    private <I> JsonNode input(String node, PlanNode.Task<I, ?> task) {
        try {
            JavaType type = mapper.constructType(
                    requireNonNull(task.agent().spec().inputType).type());
            return mapper.readTree(mapper.writerFor(type).writeValueAsString(task.given()));
        } catch (JacksonException e) {
            // without the cause, which may repeat the input
            throw new IllegalArgumentException("the input of node " + node + " cannot be written as JSON");
        }
    }

    private ObjectNode written(Approval approval) {
        ObjectNode json = mapper.createObjectNode();
        json.put("question", approval.question());
        if (!approval.details().isEmpty()) {
            json.put("details", approval.details());
        }
        approval.operation().ifPresent(operation -> json.put("operation", operation));
        if (!approval.subject().isEmpty()) {
            json.put("subject", approval.subject());
        }
        approval.risk().ifPresent(risk -> json.put("risk", risk.name()));
        approval.timeout().ifPresent(timeout -> json.put("timeout", timeout.toString()));
        approval.onTimeout().ifPresent(onTimeout -> json.put("onTimeout", onTimeout.name()));
        return json;
    }

    // ---- reading

    private JsonNode parsed(String text) {
        try {
            return mapper.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a written plan must be JSON, was not");
        }
    }

    /** Without what it needs, which may stand behind it. */
    private NodeRef<?> node(Plan.Builder plan, JsonNode json) {
        String name = text("a node", json, "name");
        if (json.has("agent") == json.has("approval")) {
            throw new IllegalArgumentException("a node must have an agent or an approval, " + name + " has not one");
        }
        if ((json.has("input") ? 1 : 0) + (json.has("given") ? 1 : 0) + (json.has("join") ? 1 : 0) > 1) {
            throw new IllegalArgumentException(
                    "a node must have an input, or be given one answer, or join several; " + name + " does more");
        }
        if (json.has("approval")) {
            if (json.has("input") || json.has("join")) {
                throw new IllegalArgumentException("an approval may be given one answer, " + name + " has more");
            }
            var asking = new PlanNode.Asking(approval(name, json.path("approval")), null);
            return plan.add(name, asking, List.of(), json.has("given") ? 1 : 0);
        }
        AgentRef<?, ?> agent = agents.get(text("node " + name, json, "agent"));
        if (agent == null) {
            throw new IllegalArgumentException("the agent of a node must be one of " + new TreeSet<>(agents.keySet())
                    + ", that of " + name + " was not");
        }
        return task(plan, name, agent, json);
    }

    private <I, O extends @Nullable Object> NodeRef<O> task(
            Plan.Builder plan, String name, AgentRef<I, O> agent, JsonNode json) {
        JsonNode join = json.path("join");
        if (json.has("join")) {
            if (!join.isArray() || join.isEmpty()) {
                throw new IllegalArgumentException("a join must name its sources, that of " + name + " does not");
            }
            int needed = json.has("atLeast") ? json.path("atLeast").asInt(0) : join.size();
            if (needed < 1 || needed > join.size()) {
                throw new IllegalArgumentException(
                        "atLeast must be 1 to the number of sources, that of " + name + " was not");
            }
            return plan.add(name, new PlanNode.Task<>(agent, null, true), List.of(), needed);
        }
        if (json.has("given")) {
            return plan.add(name, new PlanNode.Task<>(agent, null, false), List.of(), 1);
        }
        I input = input(name, requireNonNull(agent.spec().inputType), json.path("input"));
        return plan.add(name, new PlanNode.Task<>(agent, input, false), List.of(), 0);
    }

    private <I> I input(String node, TypeRef<I> type, JsonNode json) {
        try {
            I input = mapper.readerFor(mapper.constructType(type.type())).readValue(json);
            if (input != null && !json.isMissingNode()) {
                return input;
            }
        } catch (JacksonException e) {
            // told below, without the cause, which may repeat the input
        }
        throw new IllegalArgumentException("the input of node " + node + " must be " + type + ", was not");
    }

    private void link(Map<String, NodeRef<?>> refs, JsonNode json) {
        NodeRef<?> node = requireNonNull(refs.get(json.path("name").asString()));
        if (json.has("given")) {
            node.sources.add(source(refs, node, json.path("given")));
        }
        for (JsonNode source : json.path("join")) {
            node.sources.add(source(refs, node, source));
        }
        for (JsonNode other : json.path("after")) {
            node.after.add(named(refs, node, other));
        }
        if (json.has("onFailure")) {
            node.policy = constant(
                    "onFailure of node " + node.name, FailurePolicy::valueOf, text(node.name, json, "onFailure"));
        }
    }

    private NodeRef<?> source(Map<String, NodeRef<?>> refs, NodeRef<?> node, JsonNode json) {
        NodeRef<?> source = named(refs, node, json);
        if (node.node instanceof PlanNode.Task<?, ?> task) {
            JavaType wanted = mapper.constructType(
                    requireNonNull(task.agent().spec().inputType).type());
            if (task.joins()) {
                wanted = wanted.hasRawClass(List.class) ? wanted.getContentType() : null;
            }
            JavaType given = answer(source);
            if (wanted == null || !wanted.getRawClass().isAssignableFrom(given.getRawClass())) {
                throw new IllegalArgumentException("what a node is given must be of its agent's type: " + node.name
                        + " cannot be given what " + source.name + " answers");
            }
        }
        return source;
    }

    private JavaType answer(NodeRef<?> node) {
        return node.node instanceof PlanNode.Task<?, ?> task
                ? mapper.constructType(
                        requireNonNull(task.agent().spec().outputType).type())
                : mapper.constructType(ApprovalRecord.class);
    }

    private static NodeRef<?> named(Map<String, NodeRef<?>> refs, NodeRef<?> node, JsonNode json) {
        NodeRef<?> named = refs.get(json.asString(""));
        if (named == null) {
            throw new IllegalArgumentException(
                    "what a node needs must be another node of the plan; of " + node.name + " something is not");
        }
        return named;
    }

    private static Approval approval(String node, JsonNode json) {
        checkFields("an approval", json, APPROVAL_FIELDS);
        String of = "the approval of " + node;
        List<String> texts = new ArrayList<>();
        for (String field : List.of("details", "subject")) {
            texts.add(json.has(field) ? text(of, json, field) : "");
        }
        return new Approval(
                text(of, json, "question"),
                texts.get(0),
                optional(of, json, "operation", Function.identity()),
                texts.get(1),
                optional(of, json, "risk", risk -> constant("risk", ApprovalRisk::valueOf, risk)),
                optional(of, json, "timeout", PlanForm::duration),
                optional(of, json, "onTimeout", name -> constant("onTimeout", OnTimeout::valueOf, name)));
    }

    private static <T> Optional<T> optional(String of, JsonNode json, String field, Function<String, T> as) {
        return json.has(field) ? Optional.of(as.apply(text(of, json, field))) : Optional.empty();
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("a timeout must be a duration such as PT5M, was not");
        }
    }

    private static <T> T constant(String what, Function<String, T> valueOf, String name) {
        try {
            return valueOf.apply(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " must be a name that is known, was another");
        }
    }

    private static String text(String of, JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isString()) {
            throw new IllegalArgumentException(of + " must have a text " + field + ", had none");
        }
        return value.asString();
    }

    private static void checkFields(String what, JsonNode json, Set<String> known) {
        if (!json.isObject()) {
            throw new IllegalArgumentException(what + " must be a JSON object, was none");
        }
        for (String field : json.propertyNames()) {
            if (!known.contains(field)) {
                throw new IllegalArgumentException(
                        what + " must have no fields but " + new TreeSet<>(known) + ", had another");
            }
        }
    }
}
