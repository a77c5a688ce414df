package dev.mneme.examples.outage;

import dev.mneme.resilience.health.HealthReport;
import java.util.ArrayList;
import java.util.List;

/**
 * What one step of the story came to; all counts are of this step alone.
 *
 * @param title what happened
 * @param asked questions put to the host
 * @param answered those the model answered; the others got the fallback
 * @param upstream requests that reached the model
 * @param retries those of them that were repetitions
 * @param held retries that the budget did not allow
 * @param blocked requests that the breaker did not allow
 * @param transitions what the breakers did
 * @param page the readiness page at its end
 */
record Scene(
        String title,
        long asked,
        long answered,
        long upstream,
        long retries,
        long held,
        long blocked,
        List<String> transitions,
        HealthReport page) {

    /** What happened on the left, and the readiness page beside it. */
    String text() {
        List<String> left = new ArrayList<>();
        left.add(asked + " asked: " + answered + " answered, " + (asked - answered) + " fallback");
        left.add(upstream + " sent to the model, " + retries + " of them retries");
        left.add(held + " retries held by the budget");
        left.add(blocked + " requests blocked by the breaker");
        left.addAll(transitions);
        List<String> right = new ArrayList<>();
        right.add("http " + page.httpStatus());
        page.text().lines().forEach(right::add);

        var text = new StringBuilder("== " + title + "\n");
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            text.append(String.format("   %-44s | %s\n", line(left, i), line(right, i)));
        }
        return text.toString();
    }

    private static String line(List<String> lines, int at) {
        return at < lines.size() ? lines.get(at) : "";
    }
}
