package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Collections.CreateCollection;
import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Collections.VectorParams;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.Vectors;
import java.util.HashMap;
import java.util.Map;

/** Which vectors a collection holds: dense ones with size and distance, and sparse ones. */
final class VectorShapes {

    private static final int MAX_SIZE = 65_536;

    private final Map<String, VectorParams> dense = new HashMap<>();
    private final Map<String, Boolean> sparse = new HashMap<>();

    /**
     * Reads the vectors of a new collection.
     *
     * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT for a size or distance that cannot be, UNIMPLEMENTED for
     *     multivectors and for sparse vectors that the server is to weigh
     */
    VectorShapes(CreateCollection request) {
        if (request.getVectorsConfig().hasParams()) {
            dense.put("", checked(request.getVectorsConfig().getParams()));
        }
        request.getVectorsConfig()
                .getParamsMap()
                .getMapMap()
                .forEach((name, params) -> dense.put(name, checked(params)));
        request.getSparseVectorsConfig().getMapMap().forEach((name, params) -> {
            if (dense.containsKey(name)) {
                throw Refusals.wrongInput("Sparse and dense vector names must be unique, got " + name + " twice");
            }
            if (params.getModifierValue() != 0) {
                throw Refusals.unimplemented("modifier " + params.getModifier());
            }
            sparse.put(name, true);
        });
    }

    boolean isDense(String name) {
        checkName(name);
        return dense.containsKey(name);
    }

    Distance distance(String name) {
        return params(name).getDistance();
    }

    /** All vectors of a point as they are stored. A point may leave some out. */
    Map<String, StoredVector> stored(Vectors vectors) {
        Map<String, StoredVector> stored = new HashMap<>();
        if (vectors.hasVector()) {
            stored.put("", stored("", vectors.getVector()));
        } else {
            vectors.getVectors().getVectorsMap().forEach((name, vector) -> stored.put(name, stored(name, vector)));
        }
        return stored;
    }

    /** A vector, of a point or a query, in the form in which it is compared. */
    StoredVector prepared(String name, StoredVector vector) {
        if (isDense(name) != vector instanceof StoredVector.Dense) {
            throw Refusals.wrongInput("Conversion between sparse and regular vectors failed");
        }
        if (!(vector instanceof StoredVector.Dense found)) {
            return vector;
        }
        if (found.data.length != params(name).getSize()) {
            throw Refusals.wrongInput(
                    "Vector dimension error: expected dim: " + params(name).getSize() + ", got " + found.data.length);
        }
        return found.preparedFor(distance(name));
    }

    private StoredVector stored(String name, Vector vector) {
        checkName(name);
        return prepared(name, StoredVector.of(vector));
    }

    private void checkName(String name) {
        if (!dense.containsKey(name) && !sparse.containsKey(name)) {
            throw Refusals.wrongInput("Not existing vector name error: " + name);
        }
    }

    private VectorParams params(String name) {
        VectorParams params = dense.get(name);
        if (params == null) {
            throw Refusals.wrongInput("Not existing vector name error: " + name);
        }
        return params;
    }

    private static VectorParams checked(VectorParams params) {
        if (params.getSize() < 1 || params.getSize() > MAX_SIZE) {
            throw Refusals.invalid(
                    "Validation error: vector size must be from 1 to " + MAX_SIZE + ", was " + params.getSize());
        }
        if (params.getDistanceValue() <= 0 || params.getDistance() == Distance.UNRECOGNIZED) {
            throw Refusals.invalid("Validation error: distance is unknown");
        }
        if (params.hasMultivectorConfig()) {
            throw Refusals.unimplemented("multivectors");
        }
        return params;
    }
}
