package dev.mneme.examples.companion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small files in the LoCoMo layout. */
final class Conversations {

    static final String TWO_SESSIONS = """
            [{"sample_id": "talk",
              "conversation": {
                "speaker_a": "Ann", "speaker_b": "Bob",
                "session_10_date_time": "12:09 am on 1 June, 2023",
                "session_10": [{"speaker": "Ann", "dia_id": "D10:1", "text": "The violin is sold"}],
                "session_2_date_time": "1:56 pm on 8 May, 2023",
                "session_2": [
                  {"speaker": "Ann", "dia_id": "D2:1", "text": "Look at my garden", "blip_caption": "a photo of red tulips"},
                  {"speaker": "Bob", "dia_id": "D2:2", "text": "charge failed", "type": "tool_call", "success": false,
                   "tool": "payments"}],
                "session_11_date_time": "1:00 pm on 2 June, 2023"},
              "qa": [
                {"question": "Which flowers?", "answer": "tulips", "evidence": ["D2:1", "D2:1"], "category": 4},
                {"question": "What else?", "answer": 7, "evidence": ["D2:1 D2:2; D:11:26", "D10:1;D2:2"], "category": 1},
                {"question": "Nobody knows?", "evidence": ["D2:1"], "category": 5},
                {"question": "No evidence?", "answer": "none", "evidence": [], "category": 3}]}]
            """;

    private Conversations() {}

    static Path write(Path folder, String name, String json) {
        try {
            return Files.writeString(folder.resolve(name), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
