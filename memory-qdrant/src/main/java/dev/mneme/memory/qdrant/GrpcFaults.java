package dev.mneme.memory.qdrant;

import dev.mneme.resilience.Classifier;
import dev.mneme.resilience.ErrorClass;
import dev.mneme.resilience.Fault;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** What a status of gRPC means to retries and breakers. */
final class GrpcFaults {

    private GrpcFaults() {}

    static Classifier in(Classifier classifier) {
        return classifier.with(StatusRuntimeException.class, failure -> Fault.of(errorClass(failure.getStatus())));
    }

    private static ErrorClass errorClass(Status status) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> ErrorClass.NETWORK;
            case DEADLINE_EXCEEDED -> ErrorClass.TIMEOUT;
            // of a message that is too large the same words come from either side; a smaller one is no retry
            case RESOURCE_EXHAUSTED ->
                status.getDescription() != null && status.getDescription().contains("message")
                        ? ErrorClass.BAD_REQUEST
                        : ErrorClass.RATE_LIMITED;
            case ABORTED -> ErrorClass.OVERLOADED;
            case INTERNAL, UNKNOWN, DATA_LOSS -> ErrorClass.SERVER;
            case UNAUTHENTICATED, PERMISSION_DENIED -> ErrorClass.AUTH;
            case CANCELLED -> ErrorClass.CANCELLED;
            default -> ErrorClass.BAD_REQUEST;
        };
    }
}
