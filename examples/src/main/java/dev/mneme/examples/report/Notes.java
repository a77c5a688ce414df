package dev.mneme.examples.report;

/** What a researcher found. */
record Notes(String text) {}
