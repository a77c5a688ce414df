package dev.mneme.events;

import java.util.List;
import java.util.Map;
import tools.jackson.core.io.JsonStringEncoder;

/** JSON for people and for version control: what fits is on one line, the rest has a line for each part. */
final class JsonText {

    private static final int WIDTH = 110;

    private final StringBuilder out = new StringBuilder();

    private JsonText() {}

    /**
     * @param value maps, lists, strings, whole numbers and truths; maps are written in their own order
     */
    static String of(Object value) {
        var text = new JsonText();
        text.write(value, 0);
        return text.out.append('\n').toString();
    }

    private void write(Object value, int indent) {
        String line = line(value);
        if (indent + line.length() <= WIDTH || !(value instanceof Map || value instanceof List)) {
            out.append(line);
            return;
        }
        boolean map = value instanceof Map;
        String margin = " ".repeat(indent + 2);
        String separator = map ? "{" : "[";
        for (Object part : map ? ((Map<?, ?>) value).entrySet() : (List<?>) value) {
            out.append(separator).append('\n').append(margin);
            separator = ",";
            if (part instanceof Map.Entry<?, ?> entry) {
                out.append(quoted(entry.getKey())).append(": ");
                write(entry.getValue(), indent + 2);
            } else {
                write(part, indent + 2);
            }
        }
        out.append('\n').append(" ".repeat(indent)).append(map ? '}' : ']');
    }

    private static String line(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> quoted(entry.getKey()) + ": " + line(entry.getValue()))
                    .collect(java.util.stream.Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(JsonText::line).collect(java.util.stream.Collectors.joining(", ", "[", "]"));
        }
        return value instanceof String ? quoted(value) : value.toString();
    }

    private static String quoted(Object text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text.toString())) + '"';
    }
}
