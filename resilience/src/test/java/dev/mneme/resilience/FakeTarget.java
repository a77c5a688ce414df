package dev.mneme.resilience;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A dependency in virtual time that is well at first, ill from minute 2 to minute 10, and well again. */
enum FakeTarget {
    FAILS_ALL("every call fails after 50 ms") {
        @Override
        Reply ill(Duration at, Random random) {
            return Reply.failed(50, Fault.of(ErrorClass.SERVER));
        }
    },
    BLACK_HOLE("no call is ever answered") {
        @Override
        Reply ill(Duration at, Random random) {
            return Reply.NEVER;
        }
    },
    SLOW("every call is answered after 20 s") {
        @Override
        Reply ill(Duration at, Random random) {
            return Reply.answered(20_000);
        }
    },
    THROTTLES("every call is refused with 429 and Retry-After: 5") {
        @Override
        Reply ill(Duration at, Random random) {
            return Reply.failed(20, Fault.of(ErrorClass.RATE_LIMITED).withRetryAfter(Duration.ofSeconds(5)));
        }
    },
    FLAPS("20 s down, 20 s up, and so on") {
        @Override
        Reply ill(Duration at, Random random) {
            return at.toSeconds() / 20 % 2 == 0
                    ? Reply.failed(50, Fault.of(ErrorClass.OVERLOADED))
                    : Reply.answered(50);
        }
    },
    RECOVERS("down until minute 5, then every second call fails") {
        @Override
        Reply ill(Duration at, Random random) {
            return at.toMinutes() < 5 || random.nextBoolean()
                    ? Reply.failed(50, Fault.of(ErrorClass.NETWORK))
                    : Reply.answered(50);
        }
    };

    record Reply(long afterMillis, @Nullable Fault fault) {
        static final Reply NEVER = new Reply(-1, null);

        static Reply answered(long afterMillis) {
            return new Reply(afterMillis, null);
        }

        static Reply failed(long afterMillis, Fault fault) {
            return new Reply(afterMillis, fault);
        }
    }

    final String words;

    FakeTarget(String words) {
        this.words = words;
    }

    abstract Reply ill(Duration at, Random random);

    CompletableFuture<String> call(VirtualTime time, Random random) {
        Duration at = time.elapsed();
        Reply reply = at.toMinutes() < 2 || at.toMinutes() >= 10 ? Reply.answered(50) : ill(at, random);
        var future = new CompletableFuture<String>();
        if (reply.afterMillis() >= 0) {
            time.schedule(Duration.ofMillis(reply.afterMillis()).toNanos(), () -> {
                if (reply.fault() == null) {
                    future.complete("answer");
                } else {
                    future.completeExceptionally(new Outage(reply.fault()));
                }
            });
        }
        return future;
    }
}
