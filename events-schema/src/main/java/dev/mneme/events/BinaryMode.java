package dev.mneme.events;

import dev.mneme.events.Decoded.Malformed;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.core.Base64Variants;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;

/** The way from a document to attributes and data, and back; so the document's reader is the only one. */
final class BinaryMode {

    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");
    private static final String JSON = "application/json";

    private final WireLimits limits;

    BinaryMode(WireLimits limits) {
        this.limits = limits;
    }

    /** The parts of a document that was written or read by us. */
    BinaryEvent split(byte[] document) {
        var attributes = new TreeMap<String, String>();
        byte[] data = new byte[0];
        attributes.put(Attributes.CONTENT_TYPE, JSON);
        try (JsonParser json = limits.parser(document, 0, document.length)) {
            json.nextToken();
            String name;
            while ((name = json.nextName()) != null) {
                JsonToken token = json.nextToken();
                if (name.equals(Attributes.DATA)) {
                    int from = (int) json.currentTokenLocation().getByteOffset();
                    json.skipChildren();
                    data = Arrays.copyOfRange(
                            document, from, (int) json.currentLocation().getByteOffset());
                } else if (name.equals(Attributes.DATA_BASE64)) {
                    data = json.getBinaryValue(Base64Variants.MIME_NO_LINEFEEDS);
                } else if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                    attributes.put(name, json.getString());
                } else {
                    json.skipChildren();
                }
            }
        }
        return BinaryEvent.of(attributes, data);
    }

    /**
     * @throws BadDocument if the data is no JSON; what else is wrong, the document's reader finds
     */
    byte[] join(BinaryEvent event) {
        boolean compressed = event.attributes().containsKey(Attributes.COMPRESSION);
        var bytes = new WireBytes();
        try (JsonGenerator json = limits.json().createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            for (Map.Entry<String, String> attribute : event.attributes().entrySet()) {
                attribute(json, attribute.getKey(), attribute.getValue());
            }
            if (compressed) {
                json.writeName(Attributes.DATA_BASE64);
                json.writeBinary(event.data());
            }
            json.writeEndObject();
        }
        byte[] envelope = bytes.toByteArray();
        return compressed ? envelope : withData(envelope, event.data());
    }

    private static void attribute(JsonGenerator json, String name, String value) {
        boolean number = name.equals(Attributes.VERSION) || name.equals(Attributes.MIN_READER);
        if (number && NUMBER.matcher(value).matches()) {
            json.writeNumberProperty(name, Integer.parseInt(value));
        } else {
            json.writeStringProperty(name, value);
        }
    }

    // data is put in as it is, so it must be one whole value: else it could bring attributes of its own
    private byte[] withData(byte[] envelope, byte[] data) {
        if (data.length > limits.maxBytes()) {
            throw new BadDocument(
                    Malformed.Fault.TOO_LARGE,
                    "a document must have at most " + limits.maxBytes() + " bytes, had " + data.length + " of data");
        }
        try (JsonParser json = limits.parser(data, 0, data.length)) {
            JsonToken token = json.nextToken();
            if (token != null) {
                json.skipChildren();
                json.finishToken();
            }
            if (token == null || json.nextToken() != null) {
                throw new BadDocument(Malformed.Fault.NO_JSON, "data must be one JSON value");
            }
        } catch (JacksonException e) {
            throw new BadDocument(Malformed.Fault.NO_JSON, "data must be one JSON value");
        }
        String name = (envelope.length > 2 ? "," : "") + "\"data\":";
        var document = new WireBytes();
        document.write(envelope, 0, envelope.length - 1);
        byte[] before = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        document.write(before, 0, before.length);
        document.write(data, 0, data.length);
        document.write('}');
        return document.toByteArray();
    }
}
