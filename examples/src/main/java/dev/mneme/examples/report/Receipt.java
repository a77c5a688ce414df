package dev.mneme.examples.report;

/** Where the report stands now. */
record Receipt(String address) {}
