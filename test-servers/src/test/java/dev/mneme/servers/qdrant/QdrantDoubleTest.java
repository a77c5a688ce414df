package dev.mneme.servers.qdrant;

import static io.qdrant.client.ConditionFactory.filter;
import static io.qdrant.client.ConditionFactory.hasId;
import static io.qdrant.client.ConditionFactory.matchKeyword;
import static io.qdrant.client.ConditionFactory.matchKeywords;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.servers.FaultProxy;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.qdrant.client.QdrantClient;
import io.qdrant.client.QdrantGrpcClient;
import io.qdrant.client.grpc.Common.Filter;
import io.qdrant.client.grpc.Points.DeletePoints;
import io.qdrant.client.grpc.Points.FacetCounts;
import io.qdrant.client.grpc.Points.FieldType;
import io.qdrant.client.grpc.Points.OrderBy;
import io.qdrant.client.grpc.Points.PointsSelector;
import io.qdrant.client.grpc.Points.QueryBatchPoints;
import io.qdrant.client.grpc.Points.QueryPoints;
import io.qdrant.client.grpc.Points.ScrollPoints;
import io.qdrant.client.grpc.Points.SearchPointGroups;
import io.qdrant.client.grpc.Points.SearchPoints;
import io.qdrant.client.grpc.Points.UpdateStatus;
import io.qdrant.client.grpc.Points.UpsertPoints;
import io.qdrant.client.grpc.PointsGrpc;
import io.qdrant.client.grpc.SnapshotsGrpc;
import io.qdrant.client.grpc.SnapshotsService.ListSnapshotsRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the double does of its own: the tenant rule, faults, counts. */
class QdrantDoubleTest extends QdrantFixture {

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Filter ALL = Filter.getDefaultInstance();

    private QdrantDouble qdrant;

    @Override
    String target() {
        if (qdrant == null) {
            qdrant = QdrantDouble.start();
        }
        return "127.0.0.1:" + qdrant.port();
    }

    @BeforeEach
    void writeAPoint() {
        upsert(point(id(1), Map.of("agent", text("a"), "time", number(1))));
        qdrant.resetCounts();
    }

    @AfterEach
    @Override
    void dropAndDisconnect() throws InterruptedException {
        try {
            qdrant.heal();
            channel().resetConnectBackoff();
            super.dropAndDisconnect();
        } finally {
            qdrant.close();
        }
    }

    @Test
    @DisplayName(
            "the tenant rule refuses each reading and delete without an equality at the top, and keeps what it refused")
    void theTenantRule() {
        index("agent", FieldType.FieldTypeKeyword);
        qdrant.requireTenant("agent", "tenant");
        Filter deeper = must(filter(agent("a")));
        Filter several = must(matchKeywords("agent", java.util.List.of("a")));
        Filter should =
                Filter.newBuilder().addShould(matchKeyword("agent", "a")).build();
        Filter not = Filter.newBuilder().addMustNot(matchKeyword("agent", "a")).build();

        for (Filter bad : java.util.List.of(ALL, deeper, several, should, not, must(hasId(id(1))))) {
            assertForbidden(() -> count(bad));
            assertForbidden(() -> matching(bad));
            assertForbidden(() -> nearest(1, 0, QueryPoints.newBuilder().setFilter(bad)));
            assertForbidden(() -> delete(PointsSelector.newBuilder().setFilter(bad)));
            assertForbidden(() -> facet(bad));
            assertForbidden(() -> points().search(SearchPoints.newBuilder()
                    .setCollectionName(name)
                    .setFilter(bad)
                    .setLimit(1)
                    .build()));
            assertForbidden(() -> points().queryBatch(QueryBatchPoints.newBuilder()
                    .setCollectionName(name)
                    .addQueryPoints(QueryPoints.newBuilder().setFilter(bad))
                    .build()));
        }
        assertForbidden(() -> delete(WritingCases.ids(1).toBuilder()));

        assertThat(qdrant.violations()).hasSize(43).contains("Points/Count without a condition on agent or tenant");
        assertThat(count(agent("a"))).isEqualTo(1);
        assertThat(count(must(matchKeyword("tenant", "t")))).isZero();
        delete(PointsSelector.newBuilder().setFilter(must(matchKeyword("agent", "a"), hasId(id(1)))));
        assertThat(count(agent("a"))).isZero();
        assertThat(qdrant.violations()).hasSize(43);
    }

    @Test
    @DisplayName(
            "a write that nobody waits for is acknowledged, and applied in its order before the next that is waited for")
    void unwaitedWritesAreHeld() {
        assertThat(write(false, 2).getStatus()).isEqualTo(UpdateStatus.Acknowledged);
        assertThat(qdrant.pendingWrites()).isEqualTo(1);
        assertThat(count(ALL)).isEqualTo(1);

        upsert(point(id(3), Map.of()));
        assertThat(matching(ALL)).containsExactly(1L, 2L, 3L);

        write(false, 4);
        qdrant.applyWrites();
        assertThat(count(ALL)).isEqualTo(4);

        qdrant.applyAtOnce();
        write(false, 5);
        assertThat(count(ALL)).isEqualTo(5);
    }

    @Test
    @DisplayName("an unwaited write that does not fit is acknowledged and lost, and those after it are applied")
    void anUnwaitedWriteFailsUnseen() {
        points().upsert(UpsertPoints.newBuilder()
                .setCollectionName(name)
                .addPoints(point(id(2), sparse(java.util.List.of(1), java.util.List.of(1f)), Map.of()))
                .addPoints(point(id(3), Map.of("other", dense(1, 0).get("dense")), Map.of()))
                .build());
        write(false, 4);
        qdrant.applyWrites();

        assertThat(matching(ALL)).containsExactly(1L, 4L);
    }

    @Test
    @DisplayName(
            "delayed writes are WaitTimeout for who gives a timeout, DEADLINE_EXCEEDED for who gives none, and applied later")
    void delayedWrites() {
        qdrant.delayWrites();

        assertThat(upsert(UpsertPoints.newBuilder().setTimeout(1), point(id(2), Map.of()))
                        .getStatus())
                .isEqualTo(UpdateStatus.WaitTimeout);
        assertRefused(Status.Code.DEADLINE_EXCEEDED, () -> upsert(point(id(3), Map.of())));
        assertThat(matching(ALL)).containsExactly(1L);

        qdrant.heal();
        assertThat(matching(ALL)).containsExactly(1L, 2L, 3L);
        assertThat(upsert(point(id(4), Map.of())).getStatus()).isEqualTo(UpdateStatus.Completed);
    }

    @Test
    @DisplayName("the next calls of a method fail as told, each once, and others go through")
    void theNextCallsFail() {
        qdrant.failNext("Points/Count", 2, Status.Code.UNAVAILABLE);
        qdrant.failNext("Points/Count", 1, Status.Code.RESOURCE_EXHAUSTED);

        assertThat(matching(ALL)).hasSize(1);
        assertRefused(Status.Code.UNAVAILABLE, () -> count(ALL));
        assertRefused(Status.Code.UNAVAILABLE, () -> count(ALL));
        assertRefused(Status.Code.RESOURCE_EXHAUSTED, () -> count(ALL));
        assertThat(count(ALL)).isEqualTo(1);
    }

    @Test
    @DisplayName("a lost answer is UNAVAILABLE, and the write is there")
    void aLostAnswer() {
        qdrant.loseNextAnswers("Points/Upsert", 1);

        assertRefused(Status.Code.UNAVAILABLE, () -> upsert(point(id(2), Map.of())));

        assertThat(matching(ALL)).containsExactly(1L, 2L);
    }

    @Test
    @DisplayName("all calls fail until healed, and do nothing")
    void allCallsFail() {
        qdrant.failAll(Status.Code.UNAVAILABLE);

        assertRefused(Status.Code.UNAVAILABLE, () -> upsert(point(id(2), Map.of())));

        qdrant.heal();
        assertThat(count(ALL)).isEqualTo(1);
    }

    @Test
    @DisplayName("a hanging server accepts and never answers; the call ends at its client's deadline")
    void aHangingServer() {
        qdrant.hang();

        assertThatThrownBy(() -> impatient().count(countAll()))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("DEADLINE_EXCEEDED");

        qdrant.heal();
        assertThat(count(ALL)).isEqualTo(1);
    }

    @Test
    @DisplayName("with lag a call is not carried out before its time, and no deadline that is shorter is kept")
    void lag() {
        qdrant.lag(Duration.ofHours(1));

        assertThatThrownBy(() -> impatient().upsert(upsertOf(2))).hasMessageContaining("DEADLINE_EXCEEDED");

        qdrant.heal();
        assertThat(matching(ALL)).containsExactly(1L);

        qdrant.lag(Duration.ofMillis(50));
        long begin = System.nanoTime();
        assertThat(count(ALL)).isEqualTo(1);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(50_000_000L);
    }

    @Test
    @DisplayName("a message above the limit is RESOURCE_EXHAUSTED, and nothing is written")
    void largeMessages() {
        qdrant.maxMessageBytes(1_000);

        assertRefused(
                Status.Code.RESOURCE_EXHAUSTED, () -> upsert(point(id(2), Map.of("long", text("x".repeat(1_000))))));

        assertThat(matching(ALL)).containsExactly(1L);
    }

    @Test
    @DisplayName(
            "a killed server refuses; restarted on its port it has what it acknowledged, but for writes told to be lost")
    void restarts() {
        upsert(point(id(2), Map.of()));
        upsert(point(id(1), Map.of("time", number(2))));
        qdrant.kill();
        assertRefused(Status.Code.UNAVAILABLE, () -> count(ALL));

        qdrant.restart();
        assertThat(connected().count(countAll()).getResult().getCount()).isEqualTo(2);

        qdrant.restart(2);
        assertThat(connected().count(countAll()).getResult().getCount()).isEqualTo(1);
        assertThat(count(must(io.qdrant.client.ConditionFactory.match("time", 1))))
                .isEqualTo(1);
        assertThatThrownBy(() -> qdrant.restart(7)).isInstanceOf(IllegalArgumentException.class);
        qdrant.restart();
    }

    @Test
    @DisplayName("a restart loses writes from the last one on, and applies those that waited")
    void aRestartAppliesWhatWaited() {
        write(false, 2);
        write(false, 3);

        qdrant.restart(1);

        assertThat(connected().count(countAll()).getResult().getCount()).isEqualTo(2);
        assertThat(matching(ALL)).containsExactly(1L, 2L);
    }

    @Test
    @DisplayName("an index that is dropped is gone from the schema, and what needs it fails")
    void aMissingIndex() {
        index("time", FieldType.FieldTypeInteger);
        ScrollPoints.Builder ordered =
                ScrollPoints.newBuilder().setOrderBy(OrderBy.newBuilder().setKey("time"));
        assertThat(scroll(ordered)).hasSize(1);

        qdrant.dropIndex(name, "time");

        assertRefused(Status.Code.INVALID_ARGUMENT, () -> scroll(ordered));
        assertThatThrownBy(() -> qdrant.dropIndex(name, "time")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("calls and the bytes of their messages are counted")
    void counts() {
        long request = countAll().getSerializedSize();
        long answer = points().count(countAll()).getSerializedSize();
        assertThat(qdrant.calls("Points/Count")).isEqualTo(1);
        assertThat(qdrant.calls()).isEqualTo(Map.of("Points/Count", 1L));
        assertThat(qdrant.bytesIn()).isEqualTo(request);
        assertThat(qdrant.bytesOut()).isEqualTo(answer);

        qdrant.resetCounts();
        assertThat(qdrant.calls("Points/Count")).isZero();
    }

    @Test
    @DisplayName("what the double leaves out is UNIMPLEMENTED")
    void theRestIsUnimplemented() {
        assertRefused(
                Status.Code.UNIMPLEMENTED,
                () -> points().searchGroups(SearchPointGroups.newBuilder()
                        .setCollectionName(name)
                        .build()));
        assertRefused(
                Status.Code.UNIMPLEMENTED,
                () -> query(QueryPoints.newBuilder()
                        .addPrefetch(io.qdrant.client.grpc.Points.PrefetchQuery.getDefaultInstance())));
        assertRefused(
                Status.Code.UNIMPLEMENTED,
                () -> SnapshotsGrpc.newBlockingStub(channel()).list(ListSnapshotsRequest.getDefaultInstance()));
    }

    @Test
    @DisplayName("behind a silent socket nothing is answered")
    void aSilentSocket() throws InterruptedException {
        try (FaultProxy proxy = FaultProxy.to(qdrant.port())) {
            proxy.halfOpen();
            ManagedChannel silent = NettyChannelBuilder.forAddress("127.0.0.1", proxy.port())
                    .usePlaintext()
                    .build();
            try {
                assertThatThrownBy(() -> PointsGrpc.newBlockingStub(silent)
                                .withDeadlineAfter(SHORT.toMillis(), TimeUnit.MILLISECONDS)
                                .count(countAll()))
                        .hasMessageContaining("DEADLINE_EXCEEDED");
            } finally {
                silent.shutdownNow();
                assertThat(silent.awaitTermination(HANG_GUARD_SECONDS, TimeUnit.SECONDS))
                        .isTrue();
            }
        }
    }

    @Test
    @DisplayName("Qdrant's own client connects, and finds the version that it is told")
    void theClientOfQdrantConnects() throws Exception {
        qdrant.version("1.17.0");
        try (QdrantClient client = new QdrantClient(
                QdrantGrpcClient.newBuilder("127.0.0.1", qdrant.port(), false).build())) {
            assertThat(client.healthCheckAsync()
                            .get(HANG_GUARD_SECONDS, TimeUnit.SECONDS)
                            .getVersion())
                    .isEqualTo("1.17.0");
            assertThat(client.listCollectionsAsync().get(HANG_GUARD_SECONDS, TimeUnit.SECONDS))
                    .containsExactly(name);
        }
    }

    private io.qdrant.client.grpc.Points.UpdateResult write(boolean waits, long number) {
        return points().upsert(upsertOf(number).toBuilder().setWait(waits).build())
                .getResult();
    }

    private UpsertPoints upsertOf(long number) {
        return UpsertPoints.newBuilder()
                .setCollectionName(name)
                .addPoints(point(id(number), Map.of()))
                .build();
    }

    private io.qdrant.client.grpc.Points.CountPoints countAll() {
        return io.qdrant.client.grpc.Points.CountPoints.newBuilder()
                .setCollectionName(name)
                .build();
    }

    private void facet(Filter filter) {
        points().facet(FacetCounts.newBuilder()
                .setCollectionName(name)
                .setKey("agent")
                .setFilter(filter)
                .build());
    }

    private void delete(PointsSelector.Builder selector) {
        points().delete(DeletePoints.newBuilder()
                .setCollectionName(name)
                .setWait(true)
                .setPoints(selector)
                .build());
    }

    private PointsGrpc.PointsBlockingStub impatient() {
        return PointsGrpc.newBlockingStub(channel()).withDeadlineAfter(SHORT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A stub that waits for a server that comes back, which an idle channel notices late. */
    private PointsGrpc.PointsBlockingStub connected() {
        channel().resetConnectBackoff();
        return points().withWaitForReady();
    }

    private static void assertForbidden(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertRefused(Status.Code.FAILED_PRECONDITION, call);
    }
}
