package dev.mneme.examples.report;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whoever decides whether a report is published. */
@FunctionalInterface
interface Editor {

    /** Whether it may be done; waits for the answer. */
    boolean approves(String question, String details);

    /** Asks at the terminal; where there is none, or nobody types anything, the answer is yes. */
    static Editor atTerminal(PrintStream out) {
        if (!isTerminal(System.console())) {
            return sayingYes(out);
        }
        // for as long as the process lives, and not ours to close
        var typed = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        return (question, details) -> {
            out.println(details);
            while (true) {
                out.print(question + " [y/n] ");
                out.flush();
                @Nullable String answer = line(typed);
                if (answer == null) {
                    return sayingYes(out).approves(question, details);
                }
                if (answer.strip().matches("(?i)y|yes|n|no")) {
                    return answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
                }
            }
        };
    }

    /** From Java 22 on there is a console also where there is no terminal. */
    private static boolean isTerminal(@Nullable Console console) {
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true; // before Java 22
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    static Editor sayingYes(PrintStream out) {
        return (question, details) -> {
            out.println(details);
            out.println(question + " [y/n] y (nobody is at the terminal)");
            return true;
        };
    }

    private static @Nullable String line(BufferedReader typed) {
        try {
            return typed.readLine();
        } catch (IOException e) {
            return null;
        }
    }
}
