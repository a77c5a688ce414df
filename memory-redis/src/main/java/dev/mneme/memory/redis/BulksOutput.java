package dev.mneme.memory.redis;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to an MGET: what stands at each key, in order, and null where there is nothing. */
final class BulksOutput extends CommandOutput<String, byte[], List<@Nullable Bulk>> {

    BulksOutput(RedisCodec<String, byte[]> codec) {
        super(codec, new ArrayList<@Nullable Bulk>());
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        output.add(bytes == null ? null : Bulk.of(bytes));
    }
}
