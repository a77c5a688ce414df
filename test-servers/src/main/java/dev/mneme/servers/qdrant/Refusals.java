package dev.mneme.servers.qdrant;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** The errors that Qdrant answers with, by their gRPC status. */
final class Refusals {

    private Refusals() {}

    /** A request that is malformed before any collection is looked at. */
    static StatusRuntimeException invalid(String text) {
        return Status.INVALID_ARGUMENT.withDescription(text).asRuntimeException();
    }

    /** A request that does not fit the collection. */
    static StatusRuntimeException wrongInput(String text) {
        return invalid("Wrong input: " + text);
    }

    static StatusRuntimeException noCollection(String name) {
        return Status.NOT_FOUND
                .withDescription("Not found: Collection `" + name + "` doesn't exist!")
                .asRuntimeException();
    }

    /** What the double leaves out. */
    static StatusRuntimeException unimplemented(String what) {
        return Status.UNIMPLEMENTED
                .withDescription("the Qdrant double has no " + what)
                .asRuntimeException();
    }

    static StatusRuntimeException exhausted(String text) {
        return Status.RESOURCE_EXHAUSTED.withDescription(text).asRuntimeException();
    }
}
