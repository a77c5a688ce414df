package dev.mneme.servers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RespFramesTest {

    private static final Predicate<RespFrames.Envelope> PUSHES = envelope -> envelope == RespFrames.Envelope.PUSH;

    private static final List<String> KEPT = List.of(
            "+OK\r\n",
            "-ERR no\r\n",
            ":-12\r\n",
            "$-1\r\n",
            "$0\r\n\r\n",
            "$9\r\n>3\r\n$7\r\nm\r\n",
            "*-1\r\n",
            "*0\r\n",
            "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n",
            "*2\r\n*1\r\n$7\r\nmessage\r\n:1\r\n",
            "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n$7\r\nmessage\r\n",
            "%0\r\n",
            "~2\r\n#t\r\n#f\r\n",
            ",3.14\r\n",
            ",-inf\r\n",
            "_\r\n",
            "(3492890328409238509324850943850943825024385\r\n",
            "=15\r\ntxt:Some string\r\n",
            "!6\r\nERR no\r\n",
            "|1\r\n+ttl\r\n:10\r\n*1\r\n|1\r\n+x\r\n+y\r\n$1\r\na\r\n",
            "|1\r\n+ttl\r\n:10\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n",
            ">0\r\n",
            ">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n",
            ">2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nkey\r\n",
            ">2\r\n$10\r\ninvalidate\r\n_\r\n",
            ">1\r\n$7\r\nmessagx\r\n",
            ">1\r\n$-1\r\n",
            ">1\r\n+message\r\n",
            ">2\r\n*1\r\n$7\r\nmessage\r\n:1\r\n");

    private static final List<String> DROPPED = List.of(
            ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n",
            ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$0\r\n\r\n",
            ">4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\nc\r\n$2\r\n\r\n\r\n",
            ">3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n%1\r\n+a\r\n*2\r\n:1\r\n_\r\n",
            ">1\r\n$7\r\nmessage\r\n",
            ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5000\r\n" + "x".repeat(5000) + "\r\n");

    @Test
    @DisplayName("messages are left out whole and all else goes through unchanged, however the stream is cut")
    void onlyMessagesAreLeftOut() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            StringBuilder sent = new StringBuilder();
            StringBuilder expected = new StringBuilder();
            for (int i = 0; i < 60; i++) {
                boolean dropped = random.nextInt(3) == 0;
                List<String> frames = dropped ? DROPPED : KEPT;
                String frame = frames.get(random.nextInt(frames.size()));
                sent.append(frame);
                expected.append(dropped ? "" : frame);
            }
            RespFrames frames = new RespFrames(PUSHES);

            assertThat(passed(frames, sent.toString(), random))
                    .as("seed " + seed)
                    .isEqualTo(expected.toString());
            assertThat(frames.broken()).as("seed " + seed).isNull();
        }
    }

    @Test
    @DisplayName("every frame of its own goes through, or is left out, byte by byte and in one piece")
    void everyKindOfFrame() {
        for (String frame : KEPT) {
            for (int size : List.of(1, frame.length())) {
                assertThat(passed(new RespFrames(PUSHES), frame + "+end\r\n", size))
                        .isEqualTo(frame + "+end\r\n");
            }
        }
        for (String frame : DROPPED) {
            for (int size : List.of(1, frame.length())) {
                assertThat(passed(new RespFrames(PUSHES), frame + "+end\r\n", size))
                        .isEqualTo("+end\r\n");
            }
        }
    }

    @Test
    @DisplayName("arrays are messages only where the rule says so")
    void arraysAreMessagesIfTold() {
        String message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
        String reply = "*2\r\n$3\r\nkey\r\n$7\r\nmessage\r\n";

        assertThat(passed(new RespFrames(envelope -> true), message + reply + message, 1))
                .isEqualTo(reply);
    }

    @Test
    @DisplayName("a rule that spares a message lets it through whole")
    void sparedMessagesGoThrough() {
        String all = String.join("", DROPPED);
        assertThat(passed(new RespFrames(envelope -> false), all, 1)).isEqualTo(all);
    }

    @Test
    @DisplayName("no more than the head of a frame is held back")
    void onlyAHeadIsHeldBack() {
        RespFrames frames = new RespFrames(PUSHES);
        byte[] head = ">3\r\n$9\r\nsubscribe".getBytes(UTF_8);
        int out = 0;
        for (byte b : head) {
            out += frames.pass(new byte[] {b}, 1).length;
        }
        assertThat(out).isEqualTo(head.length);
    }

    @Test
    @DisplayName("a stream that is not RESP goes through unchanged and is called broken")
    void whatIsNotRespGoesThrough() {
        for (String stream : List.of(
                "HTTP/1.1 200 OK\r\n\r\n",
                "+OK\r\nxyz>3\r\n$7\r\nmessage\r\n",
                ">3\r\n$x\r\n",
                ">3\r\n$7\rmessage",
                "$99999999999999999999999999\r\n",
                "*-7\r\n",
                ">--\r\n")) {
            for (int size : List.of(1, stream.length())) {
                RespFrames frames = new RespFrames(PUSHES);
                assertThat(passed(frames, stream, size)).isEqualTo(stream);
                assertThat(frames.broken()).as(stream).startsWith("not RESP");
            }
        }
    }

    private static String passed(RespFrames frames, String stream, int size) {
        return passed(frames, stream, new Random() {
            private static final long serialVersionUID = 1;

            @Override
            public int nextInt(int bound) {
                return size - 1;
            }
        });
    }

    private static String passed(RespFrames frames, String stream, Random random) {
        byte[] bytes = stream.getBytes(UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; ) {
            int to = Math.min(bytes.length, at + 1 + random.nextInt(40));
            byte[] piece = Arrays.copyOfRange(bytes, at, to);
            out.writeBytes(frames.pass(piece, piece.length));
            at = to;
        }
        return out.toString(UTF_8);
    }
}
