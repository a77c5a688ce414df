package dev.mneme.outbox;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.UUID;

/** How rows of the outbox are written and read. */
final class Rows {

    private Rows() {}

    static void bind(PreparedStatement insert, OutboxRow row) throws SQLException {
        Long order = row.orderHash();
        insert.setObject(1, row.eventId());
        insert.setString(2, row.event().type());
        insert.setString(3, row.tenant());
        insert.setString(4, row.key());
        if (order == null) {
            insert.setNull(5, Types.BIGINT);
        } else {
            insert.setLong(5, order);
        }
        insert.setShort(6, (short) row.lane());
        insert.setShort(7, (short) row.priority());
        insert.setBytes(8, row.event().bytes());
        insert.setLong(9, row.delay().toMillis());
    }

    static StoredEvent stored(ResultSet row) throws SQLException {
        return new StoredEvent(
                row.getLong(1),
                row.getInt(2),
                row.getInt(3),
                OutboxRow.event(
                        row.getObject(4, UUID.class),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getInt(8),
                        row.getBytes(9)));
    }
}
