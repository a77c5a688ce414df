package dev.mneme.examples.report;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import dev.mneme.SessionKey;
import dev.mneme.Tenant;
import dev.mneme.bus.AgentBus;
import dev.mneme.bus.AgentRef;
import dev.mneme.bus.AgentSpec;
import dev.mneme.bus.Approval;
import dev.mneme.bus.Join;
import dev.mneme.bus.NodeRef;
import dev.mneme.bus.Plan;
import dev.mneme.bus.PlanResult;
import dev.mneme.bus.Submit;
import dev.mneme.bus.TaskHandle;
import dev.mneme.events.EventCodec;
import dev.mneme.events.agent.AgentEvents;
import dev.mneme.events.agent.ApprovalRequestedV1;
import dev.mneme.events.stream.LocalReplayBuffer;
import dev.mneme.events.stream.ReplayStart;
import dev.mneme.memory.coordination.ApprovalRecord;
import dev.mneme.memory.coordination.ApprovalRisk;
import dev.mneme.memory.coordination.ApprovalVerdict;
import dev.mneme.resilience.RetrySettings;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Three topics are researched side by side, one of which nobody knows anything of; two are enough for a draft, which is
 * published once somebody at the terminal has said yes.
 *
 * <pre>
 * java -cp "examples/target/*:examples/target/lib/*" dev.mneme.examples.report.ReportExample
 * </pre>
 */
public final class ReportExample implements AutoCloseable {

    private static final List<String> TOPICS = List.of("tides", "winds", "unicorns");
    private static final String UNKNOWN = "unicorns";
    private static final Tenant TENANT = Tenant.of("newsroom");
    private static final SessionKey SESSION = SessionKey.of(TENANT.id(), "report-1");
    private static final String EDITOR = "the editor";

    private final PrintStream out;
    private final Editor editor;
    private final EventCodec codec = EventCodec.of(AgentEvents.all());
    private final LocalReplayBuffer events = LocalReplayBuffer.create(codec);
    private final AgentBus bus =
            AgentBus.builder().sessionEvents(events, "/newsroom").build();
    /** What the editor is to decide, once the plan has come so far. */
    private final CompletableFuture<ApprovalRecord> question = new CompletableFuture<>();

    private final AgentRef<Query, Notes> researcher;
    private final AgentRef<List<Notes>, Draft> writer;
    private final AgentRef<Draft, Receipt> publisher;

    ReportExample(PrintStream out, Editor editor, Duration step) {
        this.out = out;
        this.editor = editor;
        var model = new FakeModel(step, UNKNOWN);
        researcher = bus.register(AgentSpec.<Query, Notes>named("researcher")
                .capacity(1_000)
                .maxConcurrency(3)
                .timeout(ofSeconds(90))
                .retry(RetrySettings.of(3, ofMillis(200), ofSeconds(5)))
                .handler((query, ctx) -> {
                    FakeModel.Call call = model.newCall(query.topic(), ctx.remaining());
                    ctx.onCancel(call::close);
                    return new Notes(call.execute(fraction -> ctx.progress("searching", fraction)));
                }));
        writer = bus.register(AgentSpec.<List<Notes>, Draft>named("writer").handler((notes, ctx) -> {
            String all = notes.stream().map(Notes::text).collect(Collectors.joining(" "));
            FakeModel.Call call = model.newCall(all, ctx.remaining());
            ctx.onCancel(call::close);
            call.execute(fraction -> ctx.progress("writing", fraction));
            return new Draft(notes.size(), all);
        }));
        publisher = bus.register(AgentSpec.<Draft, Receipt>named("publisher")
                .handler((draft, ctx) -> new Receipt("https://news.example/tides-and-winds")));
        bus.approvals().listen((record, event) -> {
            if (event instanceof ApprovalRequestedV1) {
                question.complete(record);
            }
        });
    }

    public static void main(String... args) {
        // the printed lines tell it
        System.setProperty("org.slf4j.simpleLogger.log.dev.mneme", "error");
        try (var example = new ReportExample(System.out, Editor.atTerminal(System.out), ofMillis(250))) {
            example.run();
        }
    }

    /** The nodes whose answers matter in the end, and the plan that they are of. */
    private record Report(Plan plan, NodeRef<Receipt> receipt) {}

    PlanResult run() {
        Report report = report();
        out.println(report.plan().text());
        events.attach(SESSION, ReplayStart.oldest(), new ProgressPrinter(codec, out));
        TaskHandle<PlanResult> task = bus.submit(
                        report.plan(), Submit.by(TENANT).session(SESSION).deadline(ofMinutes(30)))
                .orThrow();
        CompletableFuture<?> ended = task.outcome().toCompletableFuture();
        // a plan whose draft failed asks nothing
        CompletableFuture.anyOf(question, ended).join();
        if (question.isDone()) {
            decide(question.join());
        }
        PlanResult result = task.awaitOutcome(ofMinutes(31)).orElseThrow().get();
        // what is told last stands last: the printer has been told the rest by then
        close();
        tell(report, result);
        return result;
    }

    private Report report() {
        Plan.Builder p = Plan.builder("report");
        List<NodeRef<Notes>> sources = TOPICS.stream()
                .map(topic -> p.node("research-" + topic, researcher, new Query(topic)))
                .toList();
        NodeRef<Draft> draft = p.join("draft", writer, sources, Join.atLeast(2));
        NodeRef<ApprovalRecord> review = p.approval(
                "review", draft, d -> Approval.of("Publish?", d.text()).risk(ApprovalRisk.HIGH));
        NodeRef<Receipt> receipt = p.node("publish", publisher, draft).after(review);
        return new Report(p.build(), receipt);
    }

    private void decide(ApprovalRecord record) {
        boolean yes =
                editor.approves(record.request().question(), record.request().details());
        bus.approvals()
                .decide(
                        TENANT,
                        record.id(),
                        yes ? ApprovalVerdict.approve(EDITOR) : ApprovalVerdict.reject(EDITOR, "not yet"));
    }

    private void tell(Report report, PlanResult result) {
        out.println("answered: " + String.join(", ", result.completed()));
        result.failed()
                .forEach((node, cause) ->
                        out.println("failed: " + node + " (" + cause.getClass().getSimpleName() + ")"));
        result.skipped().forEach((node, causes) -> out.println("skipped: " + node + ", because of " + causes));
        if (result.completed().contains(report.receipt().name())) {
            out.println("published: " + result.get(report.receipt()).address());
        }
    }

    /** Any number of times. */
    @Override
    public void close() {
        bus.close();
        events.close();
    }
}
