package dev.mneme.resilience;

import static java.util.Locale.ROOT;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An error body of a model provider, reduced to what tells its class: the codes it names, its message, its wait.
 *
 * <p>Shapes: OpenAI {@code error.{code,type,message}}, Anthropic {@code error.{type,message}}, Gemini
 * {@code error.{status,message,details[]}}, and the finish reasons that all three put into a normal answer.
 */
final class ProviderError {

    private static final int MAX_CHARS = 65_536;
    private static final JsonMapper JSON = JsonMapper.shared();

    private static final Set<String> FILTER_CODES = Set.of(
            "content_filter",
            "content_policy_violation",
            "responsibleaipolicyviolation",
            "moderation_blocked",
            "refusal",
            "safety",
            "prohibited_content",
            "blocklist",
            "image_safety",
            "spii");
    private static final Set<String> LENGTH_CODES = Set.of("context_length_exceeded", "string_above_max_length");
    private static final Set<String> QUOTA_CODES = Set.of(
            "insufficient_quota",
            "billing_hard_limit_reached",
            "billing_not_active",
            "billing_error",
            "enforced_spend_limit_reached");
    private static final Set<String> AUTH_CODES = Set.of(
            "invalid_api_key",
            "api_key_invalid",
            "authentication_error",
            "permission_error",
            "unauthenticated",
            "permission_denied");
    private static final Set<String> OVERLOAD_CODES = Set.of("overloaded_error", "unavailable", "engine_overloaded");
    private static final Set<String> RATE_CODES =
            Set.of("rate_limit_error", "rate_limit_exceeded", "resource_exhausted");
    private static final Set<String> SERVER_CODES = Set.of("api_error", "server_error", "internal");
    private static final Set<String> TIMEOUT_CODES = Set.of("timeout_error", "deadline_exceeded");
    private static final Set<String> BAD_CODES = Set.of("invalid_request_error", "not_found_error", "invalid_argument");

    private final Set<String> codes = new HashSet<>();
    private String message = "";
    private Duration retryDelay = Duration.ZERO;

    private ProviderError() {}

    static ProviderError read(String body) {
        var error = new ProviderError();
        String text = body.length() > MAX_CHARS ? body.substring(0, MAX_CHARS) : body;
        try {
            error.gather(JSON.readTree(text));
        } catch (JacksonException e) {
            // an HTML page of a proxy, or a body cut short: the words are all there is
            error.message = text.toLowerCase(ROOT);
        }
        return error;
    }

    /** The wait named in the body (Gemini's RetryInfo); zero if none is. */
    Duration retryDelay() {
        return retryDelay;
    }

    ErrorClass errorClass(int status) {
        if (names(FILTER_CODES) || says("content management policy", "content filtering policy", "safety system")) {
            return ErrorClass.CONTENT_FILTER;
        }
        if (names(LENGTH_CODES)
                || says(
                        "maximum context length",
                        "prompt is too long",
                        "exceed context limit",
                        "exceeds the context window")
                || (says("input token count") && says("exceeds the maximum"))) {
            return ErrorClass.CONTEXT_LENGTH;
        }
        if (names(QUOTA_CODES)
                || says("credit balance is too low", "api usage limits", "spend limit")
                || codes.stream().anyMatch(code -> code.contains("perday"))) {
            return ErrorClass.QUOTA;
        }
        if (names(AUTH_CODES)) {
            return ErrorClass.AUTH;
        }
        if (names(OVERLOAD_CODES)) {
            return ErrorClass.OVERLOADED;
        }
        return status >= 400 ? byStatus(status) : byCode();
    }

    static ErrorClass byStatus(int status) {
        return switch (status) {
            case 401, 403 -> ErrorClass.AUTH;
            case 402 -> ErrorClass.QUOTA;
            case 408, 504 -> ErrorClass.TIMEOUT;
            case 429 -> ErrorClass.RATE_LIMITED;
            case 499 -> ErrorClass.CANCELLED;
            case 503, 529 -> ErrorClass.OVERLOADED;
            default -> {
                if (status >= 400 && status < 500) {
                    yield ErrorClass.BAD_REQUEST;
                }
                yield status >= 500 && status < 600 ? ErrorClass.SERVER : ErrorClass.UNKNOWN;
            }
        };
    }

    /** An error inside a stream comes after status 200, so its code is all there is. */
    private ErrorClass byCode() {
        if (names(RATE_CODES)) {
            return ErrorClass.RATE_LIMITED;
        }
        if (names(TIMEOUT_CODES)) {
            return ErrorClass.TIMEOUT;
        }
        if (names(SERVER_CODES)) {
            return ErrorClass.SERVER;
        }
        return names(BAD_CODES) ? ErrorClass.BAD_REQUEST : ErrorClass.UNKNOWN;
    }

    private void gather(JsonNode body) {
        // Gemini's stream wraps its chunks in an array
        JsonNode root = body.isArray() ? body.path(0) : body;
        JsonNode error = root.path("error");
        if (error.isString()) {
            message = error.stringValue().toLowerCase(ROOT);
            return;
        }
        if (error.isObject()) {
            gatherError(error);
        } else {
            // some gateways send the error's fields without the envelope
            gatherError(root);
        }
        code(root.path("promptFeedback").path("blockReason"));
        code(root.path("candidates").path(0).path("finishReason"));
        code(root.path("choices").path(0).path("finish_reason"));
        code(root.path("stop_reason"));
    }

    private void gatherError(JsonNode error) {
        message = error.path("message").asString("").toLowerCase(ROOT);
        code(error.path("code"));
        code(error.path("type"));
        code(error.path("status"));
        code(error.path("innererror").path("code"));
        code(error.path("details").path("error_code"));
        for (JsonNode detail : error.path("details")) {
            code(detail.path("reason"));
            for (JsonNode violation : detail.path("violations")) {
                code(violation.path("quotaId"));
            }
            JsonNode delay = detail.path("retryDelay");
            if (delay.isString()) {
                retryDelay = RetryAfter.seconds(delay.stringValue());
            }
        }
    }

    private void code(JsonNode node) {
        if (node.isString()) {
            codes.add(node.stringValue().toLowerCase(ROOT));
        }
    }

    private boolean names(Set<String> wanted) {
        for (String code : codes) {
            if (wanted.contains(code)) {
                return true;
            }
        }
        return false;
    }

    private boolean says(String... phrases) {
        for (String phrase : phrases) {
            if (message.contains(phrase)) {
                return true;
            }
        }
        return false;
    }
}
