package dev.mneme.examples.payment;

/** What a user may do. */
record Access(String plan, int messagesADay) {}
