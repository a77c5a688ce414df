package dev.mneme.servers.qdrant;

import io.qdrant.client.grpc.Collections.Distance;
import io.qdrant.client.grpc.Points.DenseVector;
import io.qdrant.client.grpc.Points.SparseVector;
import io.qdrant.client.grpc.Points.Vector;
import io.qdrant.client.grpc.Points.VectorInput;
import io.qdrant.client.grpc.Points.VectorOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A vector as it is stored: dense, of unit length where the distance is cosine, or sparse, sorted by index. */
sealed interface StoredVector {

    VectorOutput toProto();

    /** A dense vector. */
    final class Dense implements StoredVector {

        private static final int LANES = 8;

        final float[] data;

        Dense(float[] data) {
            this.data = data;
        }

        /** As Qdrant stores it for a distance: for cosine divided by its length, unless that is zero or about one. */
        Dense preparedFor(Distance distance) {
            if (distance != Distance.Cosine) {
                return this;
            }
            float square = 0;
            for (float value : data) {
                square += value * value;
            }
            if (square < Math.ulp(1f) || Math.abs(square - 1) <= 1e-6f) {
                return this;
            }
            float length = (float) Math.sqrt(square);
            float[] unit = new float[data.length];
            for (int i = 0; i < data.length; i++) {
                unit[i] = data[i] / length;
            }
            return new Dense(unit);
        }

        /**
         * The score between prepared vectors, as Qdrant gives it out. Summed in eight lanes of floats; the last digits
         * of a Qdrant depend on its processor.
         */
        float score(Dense other, Distance distance) {
            float[] lanes = new float[LANES];
            int whole = data.length - data.length % LANES;
            for (int i = 0; i < whole; i++) {
                lanes[i % LANES] += part(data[i], other.data[i], distance);
            }
            float rest = 0;
            for (int i = whole; i < data.length; i++) {
                rest += part(data[i], other.data[i], distance);
            }
            float sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))
                    + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
                    + rest;
            return distance == Distance.Euclid ? (float) Math.sqrt(sum) : sum;
        }

        private static float part(float left, float right, Distance distance) {
            float difference = left - right;
            return switch (distance) {
                case Euclid -> difference * difference;
                case Manhattan -> Math.abs(difference);
                default -> left * right;
            };
        }

        @Override
        public VectorOutput toProto() {
            DenseVector.Builder dense = DenseVector.newBuilder();
            for (float value : data) {
                dense.addData(value);
            }
            return VectorOutput.newBuilder().setDense(dense).build();
        }
    }

    /** A sparse vector; its indices ascend as unsigned numbers. */
    final class Sparse implements StoredVector {

        final int[] indices;
        final float[] values;

        Sparse(int[] indices, float[] values) {
            this.indices = indices;
            this.values = values;
        }

        /** The dot product over the indices that both have, NaN if they share none. */
        float score(Sparse other) {
            double sum = 0;
            boolean shared = false;
            int left = 0;
            int right = 0;
            while (left < indices.length && right < other.indices.length) {
                int order = Integer.compareUnsigned(indices[left], other.indices[right]);
                if (order == 0) {
                    shared = true;
                    sum += values[left] * other.values[right];
                }
                left += order <= 0 ? 1 : 0;
                right += order >= 0 ? 1 : 0;
            }
            return shared ? (float) sum : Float.NaN;
        }

        @Override
        public VectorOutput toProto() {
            SparseVector.Builder sparse = SparseVector.newBuilder();
            for (int i = 0; i < indices.length; i++) {
                sparse.addIndices(indices[i]).addValues(values[i]);
            }
            return VectorOutput.newBuilder().setSparse(sparse).build();
        }
    }

    /** Reads a vector to be stored, in its present form or the older flat one. */
    @SuppressWarnings("deprecation") // clients before 1.16 send the flat form
    static StoredVector of(Vector vector) {
        return switch (vector.getVectorCase()) {
            case DENSE -> dense(vector.getDense().getDataList());
            case SPARSE ->
                sparse(vector.getSparse().getIndicesList(), vector.getSparse().getValuesList());
            case VECTOR_NOT_SET ->
                vector.hasIndices()
                        ? sparse(vector.getIndices().getDataList(), vector.getDataList())
                        : dense(vector.getDataList());
            default -> throw Refusals.unimplemented("vectors of kind " + vector.getVectorCase());
        };
    }

    /** Reads a vector to be searched for. */
    static StoredVector of(VectorInput input) {
        return switch (input.getVariantCase()) {
            case DENSE -> dense(input.getDense().getDataList());
            case SPARSE ->
                sparse(input.getSparse().getIndicesList(), input.getSparse().getValuesList());
            case VARIANT_NOT_SET -> throw Refusals.invalid("No vector variant provided");
            default -> throw Refusals.unimplemented("queries by " + input.getVariantCase());
        };
    }

    static Dense dense(List<Float> data) {
        float[] values = new float[data.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = data.get(i);
        }
        return new Dense(values);
    }

    static Sparse sparse(List<Integer> indices, List<Float> values) {
        if (indices.size() != values.size()) {
            throw Refusals.invalid("Validation error: values must be the same length as indices");
        }
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, indices.size()).boxed().toList());
        order.sort((left, right) -> Integer.compareUnsigned(indices.get(left), indices.get(right)));
        int[] sorted = new int[order.size()];
        float[] weights = new float[order.size()];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = indices.get(order.get(i));
            weights[i] = values.get(order.get(i));
            if (i > 0 && sorted[i] == sorted[i - 1]) {
                throw Refusals.invalid("Validation error: indices must be unique");
            }
        }
        return new Sparse(sorted, weights);
    }
}
