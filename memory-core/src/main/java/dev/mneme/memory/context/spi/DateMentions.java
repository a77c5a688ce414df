package dev.mneme.memory.context.spi;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The times that a question names, in English or Russian: days, months, years, seasons, and those told from today ({@code
 * last week}, {@code два месяца назад}). A part of a date that is not told may be any.
 */
final class DateMentions {

    static final DateMentions NONE = new DateMentions(List.of(), 0, ZoneId.of("UTC"));

    /** How many days off a day can be and still count. */
    private static final double NEAR_DAYS = 7;

    /** What the year counts beside the month. */
    private static final double YEAR_SHARE = 0.3;

    private static final int DAYS_A_LEAP_YEAR = 366;

    private static final String MONTH = "(january|february|march|april|may|june|july|august|september|october|november"
            + "|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|январ[ьяюе]|феврал[ьяюе]|март[ауе]?|апрел[ьяюе]"
            + "|ма[йяюе]|июн[ьяюе]|июл[ьяюе]|август[ауе]?|сентябр[ьяюе]|октябр[ьяюе]|ноябр[ьяюе]|декабр[ьяюе])";
    private static final String YEAR = "((?:19|20)\\d\\d)";

    private static final Pattern ISO = pattern(YEAR + "-(\\d\\d?)-(\\d\\d?)");
    private static final Pattern DOTTED = pattern("(\\d\\d?)\\.(\\d\\d?)\\." + YEAR);
    private static final Pattern IN_MONTH = pattern("(?:(\\d\\d?)(?:st|nd|rd|th|-?го|-?е)? +(?:of +)?)?" + MONTH
            + "(?: +(\\d\\d?)(?:st|nd|rd|th)?(?!\\d))?(?:,? +(?:of +|in +)?" + YEAR + ")?");
    private static final Pattern ONE_YEAR = pattern(YEAR);
    private static final Pattern SEASON = pattern("(?:(?:in|the|last|this|early|late|during|since) +"
            + "(winter|spring|summer|autumn|fall)|(зим|весн|лет|осен)(?:ой|ою|ом|ью))(?: +(?:of +)?" + YEAR + ")?");
    private static final Pattern AGO =
            pattern("(?:(an?|\\d{1,3}|two|three|four|five|six|seven|eight|nine|ten) +(day|week|month|year)s? +ago"
                    + "|(?:(\\d{1,3}|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять) +)?"
                    + "(день|дня|дней|недел[юиь]|месяц(?:а|ев)?|год(?:а)?|лет) +назад)");
    private static final Pattern NEAR =
            pattern("(last|this|past) +(week|month|year)" + "|(?:на|в) +(прошл|эт)(?:ой|ом) +(недел|месяц|год)[еу]?");
    private static final Pattern DAY = pattern("(today|сегодня)|(day before yesterday|позавчера)|(yesterday|вчера)");
    private static final Pattern WEEKDAY = pattern(
            "(?:last|on|this) +(mon|tues|wednes|thurs|fri|satur|sun)day"
                    + "|(?:в|во) +(?:(?:прошл|эт)(?:ый|ую|ое|от|у|о) +)?(понедельник|вторник|сред|четверг|пятниц|суббот|воскресень)[уе]?");

    private static final List<String> MONTHS = List.of(
            "jan янв",
            "feb фев",
            "mar мар",
            "apr апр",
            "may май мая маю мае",
            "jun июн",
            "jul июл",
            "aug авг",
            "sep сен",
            "oct окт",
            "nov ноя",
            "dec дек");
    private static final Map<String, Integer> NUMBERS = Map.ofEntries(
            Map.entry("a", 1),
            Map.entry("an", 1),
            Map.entry("two", 2),
            Map.entry("three", 3),
            Map.entry("four", 4),
            Map.entry("five", 5),
            Map.entry("six", 6),
            Map.entry("seven", 7),
            Map.entry("eight", 8),
            Map.entry("nine", 9),
            Map.entry("ten", 10),
            Map.entry("два", 2),
            Map.entry("две", 2),
            Map.entry("три", 3),
            Map.entry("четыре", 4),
            Map.entry("пять", 5),
            Map.entry("шесть", 6),
            Map.entry("семь", 7),
            Map.entry("восемь", 8),
            Map.entry("девять", 9),
            Map.entry("десять", 10));
    private static final List<String> WEEKDAYS = List.of(
            "mon понедельник",
            "tues вторник",
            "wednes сред",
            "thurs четверг",
            "fri пятниц",
            "satur суббот",
            "sun воскресень");

    private final List<Mention> mentions;
    /** The year that a question names beside its months; 0 for none. */
    private final int year;

    private final ZoneId zone;

    private DateMentions(List<Mention> mentions, int year, ZoneId zone) {
        this.mentions = mentions;
        this.year = year;
        this.zone = zone;
    }

    /** A time that is named, and how well a day fits it: from 0 to 2. */
    private interface Mention {
        double fit(LocalDate day);
    }

    /** A month of any year, and a day in it if one is named; below 1 if not. */
    private record InMonth(int month, int day) implements Mention {
        @Override
        public double fit(LocalDate date) {
            double fit = date.getMonthValue() == month ? 1 : 0;
            if (day > 0) {
                // in a leap year, so that there is a 29 February
                int named = LocalDate.of(2000, month, day).getDayOfYear();
                int apart = Math.abs(date.withYear(2000).getDayOfYear() - named);
                fit += Math.max(0, 1 - Math.min(apart, DAYS_A_LEAP_YEAR - apart) / NEAR_DAYS);
            }
            return fit;
        }
    }

    /** From one day to another, both within. */
    private record Span(LocalDate from, LocalDate to) implements Mention {
        @Override
        public double fit(LocalDate date) {
            long before = ChronoUnit.DAYS.between(date, from);
            long after = ChronoUnit.DAYS.between(to, date);
            double near = Math.max(0, 1 - Math.max(0, Math.max(before, after)) / NEAR_DAYS);
            return from.equals(to) ? 2 * near : near;
        }
    }

    static DateMentions in(String text, Instant now, ZoneId zone) {
        LocalDate today = day(now, zone);
        if (today == null) {
            return NONE;
        }
        var mentions = new ArrayList<Mention>();
        int year = 0;
        Text rest = new Text(text);
        for (Matcher found = rest.next(ISO); found != null; found = rest.next(ISO)) {
            add(mentions, number(found, 2), number(found, 3));
            year = number(found, 1);
        }
        for (Matcher found = rest.next(DOTTED); found != null; found = rest.next(DOTTED)) {
            add(mentions, number(found, 2), number(found, 1));
            year = number(found, 3);
        }
        for (Matcher found = rest.next(IN_MONTH); found != null; found = rest.next(IN_MONTH)) {
            if (rest.isMonth(found)) {
                int day = Math.max(number(found, 1), number(found, 3));
                add(mentions, index(MONTHS, found.group(2)), day);
                year = Math.max(year, number(found, 4));
            }
        }
        year = addSeasons(rest, mentions, year);
        addRelative(rest, mentions, today);
        for (Matcher found = rest.next(ONE_YEAR); found != null; found = rest.next(ONE_YEAR)) {
            year = number(found, 1);
        }
        return mentions.isEmpty() && year == 0 ? NONE : new DateMentions(List.copyOf(mentions), year, zone);
    }

    boolean isEmpty() {
        return mentions.isEmpty() && year == 0;
    }

    /** The most that a time can fit. */
    double most() {
        return isEmpty() ? 0 : 2 + YEAR_SHARE;
    }

    /** How well a time fits what the question names, from 0 to {@link #most}. */
    double fit(Instant time) {
        LocalDate date = day(time, zone);
        if (date == null) {
            return 0;
        }
        double best = 0;
        for (Mention mention : mentions) {
            best = Math.max(best, mention.fit(date));
        }
        return best + (year != 0 && date.getYear() == year ? YEAR_SHARE : 0);
    }

    private static int addSeasons(Text text, List<Mention> mentions, int yearSoFar) {
        int year = yearSoFar;
        for (Matcher found = text.next(SEASON); found != null; found = text.next(SEASON)) {
            String season = found.group(1) != null ? found.group(1) : found.group(2);
            int first = switch (season) {
                case "winter", "зим" -> 12;
                case "spring", "весн" -> 3;
                case "summer", "лет" -> 6;
                default -> 9;
            };
            for (int i = 0; i < 3; i++) {
                add(mentions, (first + i - 1) % 12 + 1, 0);
            }
            year = Math.max(year, number(found, 3));
        }
        return year;
    }

    private static void addRelative(Text text, List<Mention> mentions, LocalDate today) {
        for (Matcher found = text.next(AGO); found != null; found = text.next(AGO)) {
            boolean english = found.group(2) != null;
            String count = found.group(english ? 1 : 3);
            int number = count == null ? 1 : NUMBERS.getOrDefault(count, 0);
            int ago = number > 0 ? number : Integer.parseInt(count);
            mentions.add(around(today, ago, found.group(english ? 2 : 4)));
        }
        for (Matcher found = text.next(NEAR); found != null; found = text.next(NEAR)) {
            boolean english = found.group(2) != null;
            String which = found.group(english ? 1 : 3);
            int ago = which.equals("this") || which.equals("эт") ? 0 : 1;
            mentions.add(whole(today, ago, found.group(english ? 2 : 4)));
        }
        for (Matcher found = text.next(DAY); found != null; found = text.next(DAY)) {
            LocalDate day = today.minusDays(found.group(1) != null ? 0 : found.group(2) != null ? 2 : 1);
            mentions.add(new Span(day, day));
        }
        for (Matcher found = text.next(WEEKDAY); found != null; found = text.next(WEEKDAY)) {
            String name = found.group(1) != null ? found.group(1) : found.group(2);
            LocalDate day = today.with(TemporalAdjusters.previous(DayOfWeek.of(index(WEEKDAYS, name))));
            mentions.add(new Span(day, day));
        }
    }

    /** About so many days, weeks, months or years before today. */
    private static Span around(LocalDate today, int ago, String unit) {
        return switch (unit.charAt(0)) {
            case 'd', 'д' -> new Span(today.minusDays(ago), today.minusDays(ago));
            case 'w', 'н' ->
                new Span(
                        today.minusWeeks(ago).minusDays(3),
                        today.minusWeeks(ago).plusDays(3));
            case 'm', 'м' ->
                new Span(
                        today.minusMonths(ago).minusDays(15),
                        today.minusMonths(ago).plusDays(15));
            default ->
                new Span(
                        today.minusYears(ago).minusMonths(6),
                        today.minusYears(ago).plusMonths(6));
        };
    }

    /** The whole week (from Monday), month or year that is so many before this one. */
    private static Span whole(LocalDate today, int ago, String unit) {
        return switch (unit.charAt(0)) {
            case 'w', 'н' -> {
                LocalDate monday = today.minusWeeks(ago).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                yield new Span(monday, monday.plusDays(6));
            }
            case 'm', 'м' -> {
                LocalDate first = today.minusMonths(ago).withDayOfMonth(1);
                yield new Span(first, first.plusMonths(1).minusDays(1));
            }
            default -> {
                LocalDate newYear = today.minusYears(ago).withDayOfYear(1);
                yield new Span(newYear, newYear.plusYears(1).minusDays(1));
            }
        };
    }

    private static void add(List<Mention> mentions, int month, int day) {
        if (month < 1 || month > 12) {
            return;
        }
        boolean isDay = day >= 1 && day <= LocalDate.of(2000, month, 1).lengthOfMonth();
        mentions.add(new InMonth(month, isDay ? day : 0));
    }

    /** The place, from 1, of the entry that has a word's beginning among its own. */
    private static int index(List<String> entries, String word) {
        for (int i = 0; i < entries.size(); i++) {
            for (String beginning : List.of(entries.get(i).split(" "))) {
                if (word.startsWith(beginning)) {
                    return i + 1;
                }
            }
        }
        throw new IllegalStateException("a pattern let through what is not listed");
    }

    private static int number(Matcher found, int group) {
        String digits = found.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static @Nullable LocalDate day(Instant time, ZoneId zone) {
        try {
            return time.atZone(zone).toLocalDate();
        } catch (DateTimeException e) {
            return null; // further away than a calendar reaches
        }
    }

    private static Pattern pattern(String words) {
        return Pattern.compile("(?<![\\p{L}\\p{N}])(?:" + words + ")(?![\\p{L}\\p{N}])");
    }

    /** A text from which what was found is cut out, so that it is not found as something else again. */
    private static final class Text {
        private static final Pattern BEFORE_MONTH = Pattern.compile(
                "(?:in|of|since|until|till|by|during|last|next|this|early|late|mid|before|after|from) +$");

        private final String original;
        private final StringBuilder lower;
        private int from;

        private Text(String text) {
            this.original = text;
            String small = text.toLowerCase(Locale.ROOT).replace('ё', 'е');
            // a few letters change their number of characters; then capitals tell nothing
            this.lower = new StringBuilder(small);
        }

        private @Nullable Matcher next(Pattern pattern) {
            Matcher matcher = pattern.matcher(lower.toString());
            if (!matcher.find(from)) {
                from = 0;
                return null;
            }
            from = matcher.end();
            for (int at = matcher.start(); at < matcher.end(); at++) {
                lower.setCharAt(at, '\u00b7');
            }
            return matcher;
        }

        /** Whether a month's name is meant as one: {@code may} and {@code march} are also verbs, {@code Марта} a name. */
        private boolean isMonth(Matcher found) {
            if (found.group(1) != null || found.group(3) != null || found.group(4) != null) {
                return true;
            }
            String word = found.group(2);
            boolean capital =
                    original.length() == lower.length() && Character.isUpperCase(original.charAt(found.start(2)));
            return switch (word) {
                case "may", "march", "mar", "dec", "jan", "jun", "sep", "oct" ->
                    (capital && found.start(2) > 0)
                            || BEFORE_MONTH
                                    .matcher(lower.substring(0, found.start(2)))
                                    .find();
                case "марта" -> !capital;
                default -> true;
            };
        }
    }
}
