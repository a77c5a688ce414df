package dev.mneme.memory.redis;

/**
 * What a server says of itself.
 *
 * @param version as it names it; empty if it does not say
 * @param runId the id of its process; empty if it does not say
 */
record ServerInfo(String version, String runId) {

    /** From the section {@code server} of INFO. */
    static ServerInfo of(String info) {
        return new ServerInfo(value(info, "redis_version:"), value(info, "run_id:"));
    }

    /** @throws Trouble.Unusable if it is too old; of one that does not say, the best is hoped */
    void check() {
        String[] parts = version.split("\\.", 3);
        if (parts.length < 2) {
            return;
        }
        try {
            int major = Integer.parseInt(parts[0]);
            if (major < 6 || (major == 6 && Integer.parseInt(parts[1]) < 2)) {
                throw new Trouble.Unusable("Redis 6.2 or newer is needed, this one is " + major + '.' + parts[1]);
            }
        } catch (NumberFormatException e) {
            // another product's way to count
        }
    }

    private static String value(String info, String name) {
        int at = info.indexOf(name);
        if (at < 0) {
            return "";
        }
        int end = at + name.length();
        while (end < info.length() && info.charAt(end) > ' ') {
            end++;
        }
        return info.substring(at + name.length(), end);
    }
}
