package dev.mneme.benchmarks.events;

import dev.mneme.benchmarks.events.BenchmarkEvents.NotedV3;
import dev.mneme.benchmarks.events.BenchmarkEvents.Plain;
import dev.mneme.events.Decoded;
import dev.mneme.events.Envelope;
import dev.mneme.events.EventCodec;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.json.JsonMapper;

/**
 * An event of about 1 KB to bytes and back.
 *
 * <p>The plain rows read and write the very same document as one record with Jackson 3 and its defaults: no check of
 * duplicates, of absent fields or of limits, and no upcasting. The CloudEvents rows stop at the data's bytes, which they
 * do not bind. Each upcast row minus the one before it is one step more.
 *
 * <pre>
 * java -cp "benchmarks/target/*:benchmarks/target/lib/*" org.openjdk.jmh.Main EventCodec -prof gc \
 *     -rf json -rff benchmarks/results/events.json
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class EventCodecBenchmark {

    private final EventCodec codec = BenchmarkEvents.CODEC;
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final JsonFormat sdk = new JsonFormat();

    private final Envelope<NotedV3> envelope = BenchmarkEvents.newest();
    private final byte[] wire = codec.encode(envelope);
    private final byte[] oneBehind = codec.encode(BenchmarkEvents.second());
    private final byte[] twoBehind = codec.encode(BenchmarkEvents.first());
    private final Plain plain = mapper.readValue(wire, Plain.class);
    private final CloudEvent cloudEvent = sdk.deserialize(wire);

    @Benchmark
    public Decoded decode() {
        return codec.decode(wire);
    }

    @Benchmark
    public Plain decodePlainJackson() {
        return mapper.readValue(wire, Plain.class);
    }

    @Benchmark
    public CloudEvent decodeCloudEventsSdk() {
        return sdk.deserialize(wire);
    }

    @Benchmark
    public byte[] encode() {
        return codec.encode(envelope);
    }

    @Benchmark
    public byte[] encodePlainJackson() {
        return mapper.writeValueAsBytes(plain);
    }

    @Benchmark
    public byte[] encodeCloudEventsSdk() {
        return sdk.serialize(cloudEvent);
    }

    @Benchmark
    public Decoded decodeOneUpcast() {
        return codec.decode(oneBehind);
    }

    @Benchmark
    public Decoded decodeTwoUpcasts() {
        return codec.decode(twoBehind);
    }
}
