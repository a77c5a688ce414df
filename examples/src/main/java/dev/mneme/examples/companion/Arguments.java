package dev.mneme.examples.companion;

import dev.mneme.memory.context.ContextQuery;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/**
 * What the companion is asked to do.
 *
 * @param file the conversations; the bundled sample if there is none
 * @param question the one question to answer; the whole tour if there is none
 * @param judged the records and questions to judge the memory by; only they are looked at
 * @param plain whether to do without colours and redrawn lines
 * @param help whether to explain the arguments and do nothing else
 */
record Arguments(Optional<Path> file, Optional<String> question, Optional<Path> judged, boolean plain, boolean help) {

    static final String HELP = """
            Usage: ./quickstart [FILE] [--ask "question"]
                   ./quickstart --judge FILE

            Without a question: takes in the conversations, asks their questions and measures how much of the
            judged evidence is found, restarts, and shows that the memory is still there.

              FILE               your conversations, JSON in the LoCoMo layout; without it the bundled sample
                                 in Russian and English
              --ask "question"   answers this question from memory instead, and says why it found what it found
              --judge FILE       judges the memory by your records and questions, a JSON object a line, and prints
                                 recall, nDCG, MRR and times for each profile; see docs/recall.md
              --plain            no colours and no redrawn lines; the default when piped or with NO_COLOR set
              --help             this text

            The layout, in short ("qa" may be left out):
              [{"sample_id": "any name",
                "conversation": {
                  "session_1_date_time": "1:56 pm on 8 May, 2023",
                  "session_1": [{"speaker": "Ann", "dia_id": "D1:1", "text": "I sold my violin"}]},
                "qa": [{"question": "What did Ann sell?", "evidence": ["D1:1"], "category": 4}]}]

            Memories are kept in data/companion; remove that folder to forget them.
            Exit code: 0 all went well, 1 something failed, 2 the arguments or the file are wrong.
            """;

    /**
     * @throws BadInputException if an argument is unknown, missing, empty, or given twice
     */
    static Arguments parse(String... args) {
        Optional<Path> file = Optional.empty();
        Optional<String> question = Optional.empty();
        Optional<Path> judged = Optional.empty();
        boolean plain = false;
        boolean help = false;
        for (Iterator<String> rest = Arrays.asList(args).iterator(); rest.hasNext(); ) {
            String arg = rest.next();
            if (arg.equals("--help") || arg.equals("-h")) {
                help = true;
            } else if (arg.equals("--plain")) {
                plain = true;
            } else if (arg.equals("--ask")) {
                refuseSecond("question", question);
                question = Optional.of(question(rest));
            } else if (arg.equals("--judge")) {
                refuseSecond("file to judge by", judged);
                judged = Optional.of(judged(rest));
            } else if (arg.startsWith("-")) {
                throw wrong("there is no option " + Terminal.printable(arg));
            } else {
                refuseSecond("file", file);
                file = Optional.of(path(arg));
            }
        }
        if (judged.isPresent() && (file.isPresent() || question.isPresent())) {
            throw wrong("--judge goes alone");
        }
        return new Arguments(file, question, judged, plain, help);
    }

    private static void refuseSecond(String what, Optional<?> first) {
        if (first.isPresent()) {
            throw wrong("only one " + what + " can be given");
        }
    }

    private static Path judged(Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw wrong("--judge needs a file after it");
        }
        return path(rest.next());
    }

    private static String question(Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw wrong("--ask needs a question after it");
        }
        String question = rest.next();
        if (question.isBlank() || question.length() > ContextQuery.MAX_TEXT_LENGTH) {
            throw wrong("a question must have 1 to " + ContextQuery.MAX_TEXT_LENGTH + " characters, had "
                    + question.strip().length());
        }
        return question;
    }

    private static Path path(String arg) {
        if (arg.isBlank()) {
            throw wrong("the name of the file is empty");
        }
        try {
            return Path.of(arg);
        } catch (InvalidPathException e) {
            throw wrong("the name of the file is not valid here");
        }
    }

    private static BadInputException wrong(String what) {
        return new BadInputException(what + " (see ./quickstart --help)");
    }
}
