package dev.mneme.servers.qdrant;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;

/** Sends what a call came to, an answer or a refusal. */
final class Answers {

    private Answers() {}

    static <T> void send(StreamObserver<T> observer, Supplier<T> action) {
        T answer;
        try {
            answer = action.get();
        } catch (StatusRuntimeException refused) {
            observer.onError(refused);
            return;
        }
        observer.onNext(answer);
        observer.onCompleted();
    }
}
