package dev.mneme.examples.report;

/** What a researcher is to find out about. */
record Query(String topic) {}
