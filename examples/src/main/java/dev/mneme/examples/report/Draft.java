package dev.mneme.examples.report;

/** What a writer made of the notes there were. */
record Draft(int sources, String text) {}
