package dev.mneme.outbox;

import javax.sql.DataSource;

class H2OutboxTest extends OutboxContract {

    @Override
    protected DataSource database() {
        return OutboxFixture.h2();
    }

    @Override
    protected String longAgo() {
        return "dateadd(day, -2, current_timestamp)";
    }
}
