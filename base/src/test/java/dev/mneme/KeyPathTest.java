package dev.mneme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyPathTest {

    @ParameterizedTest
    @CsvSource({
        "planner, planner",
        "a.b_c~d-9, a.b_c~d-9",
        "a:b, a%3Ab",
        "{slot}, %7Bslot%7D",
        "100%, 100%25",
        "ё, %D1%91",
        "😀, %F0%9F%98%80",
        "' ', %20",
    })
    void aPartKeepsPlainCharactersAndEncodesAllOthers(String part, String encoded) {
        assertThat(KeyPath.encode(part)).isEqualTo(encoded);
    }

    @Test
    void noTwoPairsOfPartsShareAKeyAndEachIsReadBackAsItWas() {
        List<String> parts =
                List.of("1", "2", "1_2", "2_a", "a", "1:2", ":", "%3A", "%", "1%3A2", "{1}", "1}", " ", "é", "e\u0301");
        Map<String, List<String>> seen = new HashMap<>();
        for (String first : parts) {
            for (String second : parts) {
                List<String> other = seen.put(KeyPath.join(first, second), List.of(first, second));
                assertThat(other)
                        .as("the pair that shares a key with (%s, %s)", first, second)
                        .isNull();
            }
        }
    }

    @Test
    void anEmptyPartOrNoPartIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyPath.join("a", ""))
                .withMessage("a part of a key must have at least one character, was empty");
        assertThatIllegalArgumentException()
                .isThrownBy(KeyPath::join)
                .withMessage("a key needs at least one part, had none");
    }

    @Test
    void halfOfASurrogatePairIsRefusedBecauseTwoSuchPartsWouldEncodeAlike() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyPath.encode("a\uD83D"))
                .withMessageContaining("well-formed Unicode");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a::b", "", "a%3", "a%zz", "a%41", "a b", "%ff"})
    void aKeyThatIsNotJoinedIsRefused(String key) {
        assertThatIllegalArgumentException().isThrownBy(() -> KeyPath.split(key));
    }
}
