package dev.mneme.outbox;

import javax.sql.DataSource;

class PostgresInboxTest extends JdbcInboxContract {

    @Override
    protected DataSource database() {
        return OutboxFixture.postgres();
    }

    @Override
    protected String longAgo() {
        return "clock_timestamp() - interval '2 days'";
    }
}
