package dev.mneme.events;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What an event record is called on the wire, and who can read it. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EventType {

    /** The most characters a name may have. */
    int MAX_NAME_LENGTH = 100;

    /**
     * The name that all versions share: words of {@code a-z}, {@code 0-9} and {@code -} joined by dots, each beginning
     * with a letter, as in {@code memory.noted}; at most {@value #MAX_NAME_LENGTH} characters.
     */
    String name();

    /** The version of this record; 1 or more, each one more than that before it. */
    int version();

    /** How urgent such an event is, unless its envelope says otherwise. */
    Priority priority() default Priority.NORMAL;

    /**
     * The oldest version whose readers understand this one by ignoring what they do not know; 0 stands for
     * {@link #version()}, so that older readers park it.
     */
    int minReader() default 0;
}
