package dev.mneme.resilience.health;

import java.io.StringWriter;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A report written field by field, so that their order is this code's and no mapper's. */
final class ReportJson {

    private static final JsonFactory JSON = new JsonFactory();

    private ReportJson() {}

    static String write(HealthReport report) {
        var text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("status", report.status().name());
            json.writeArrayPropertyStart("services");
            for (ServiceHealth service : report.services()) {
                write(json, service);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, ServiceHealth service) {
        json.writeStartObject();
        json.writeStringProperty("name", service.name());
        json.writeStringProperty("criticality", service.criticality().name());
        json.writeStringProperty("status", service.status().name());
        if (!service.result().detail().isEmpty()) {
            json.writeStringProperty("detail", service.result().detail());
        }
        json.writeNumberProperty("tookMillis", service.took().toMillis());
        if (!service.result().facts().isEmpty()) {
            write(json, service.result().facts());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Map<String, Object> facts) {
        json.writeObjectPropertyStart("facts");
        facts.forEach((name, value) -> {
            json.writeName(name);
            if (value instanceof Long number) {
                json.writeNumber(number);
            } else if (value instanceof Double number) {
                json.writeNumber(number);
            } else if (value instanceof Boolean truth) {
                json.writeBoolean(truth);
            } else {
                json.writeString(value.toString());
            }
        });
        json.writeEndObject();
    }
}
