package dev.mneme.bus;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.Tenant;
import dev.mneme.events.stream.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A plan is cancelled whose nodes wait for a model that answers word by word. */
class CancelledCallsTest {

    private static final int NODES = 1_000;
    private static final int AT_ONCE = 3;

    @ParameterizedTest
    @MethodSource("dev.mneme.bus.Buses#threads")
    void theServerOfACancelledPlanSeesItsConnectionsClosedAndNoOtherComes(BusThreads threads) throws IOException {
        try (var server = new ServerSocket(0, NODES, InetAddress.getLoopbackAddress());
                AgentBus bus = Buses.on(threads)) {
            var address = URI.create("http://localhost:" + server.getLocalPort());
            HttpClient client = HttpClient.newHttpClient();
            var attempts = new AtomicInteger();
            AgentRef<Integer, Integer> model = bus.register(AgentSpec.<Integer, Integer>named("model")
                    .maxConcurrency(AT_ONCE)
                    .retry(Retries.every(Duration.ofMillis(1), 3))
                    .handler((n, ctx) -> {
                        attempts.incrementAndGet();
                        HttpResponse<InputStream> answer =
                                client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofInputStream());
                        InputStream words = answer.body();
                        ctx.onCancel(words::close);
                        return words.readAllBytes().length;
                    }));
            Plan.Builder p = Plan.builder("thousand");
            for (int i = 0; i < NODES / 2; i++) {
                p.node("child-" + i, model, p.node("parent-" + i, model, i));
            }
            TaskHandle<PlanResult> plan =
                    bus.submit(p.build(), Submit.by(Tenant.of("anna"))).orThrow();
            List<Socket> calls = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                calls.add(beginToAnswer(server));
            }
            assertThat(plan.cancel()).isTrue();
            for (Socket call : calls) {
                assertThat(isClosedByPeer(call)).isTrue();
                call.close();
            }
            Await.until("handlers return", () -> model.numbers().stopping() == 0);
            AgentNumbers n = model.numbers();
            assertThat(n.parked() + n.waiting() + n.running()).isZero();
            assertThat(n.cancelled()).isEqualTo(n.accepted());
            assertThat(attempts.get()).isEqualTo(AT_ONCE);
        }
    }

    /** Takes a call, and says the first word of many. */
    private static Socket beginToAnswer(ServerSocket server) throws IOException {
        server.setSoTimeout(60_000);
        Socket call = server.accept();
        call.setSoTimeout(60_000);
        var request = new BufferedReader(new InputStreamReader(call.getInputStream(), US_ASCII));
        while (!request.readLine().isEmpty()) {
            // the head of the request
        }
        call.getOutputStream()
                .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nword\r\n".getBytes(US_ASCII));
        return call;
    }

    private static boolean isClosedByPeer(Socket call) throws IOException {
        try {
            return call.getInputStream().read() == -1;
        } catch (SocketException e) {
            // reset: closed with words unread
            return true;
        }
    }
}
