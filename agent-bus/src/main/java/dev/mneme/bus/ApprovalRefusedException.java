package dev.mneme.bus;

import dev.mneme.MnemeException;
import dev.mneme.memory.coordination.ApprovalRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What needed an approval did not get it. */
public final class ApprovalRefusedException extends MnemeException {

    private static final long serialVersionUID = 1L;

    private final String approvalId;
    private final transient @Nullable ApprovalRecord record;

    ApprovalRefusedException(String approvalId, String what, @Nullable ApprovalRecord record) {
        super("approval " + approvalId + " " + what);
        this.approvalId = approvalId;
        this.record = record;
    }

    public String approvalId() {
        return approvalId;
    }

    /** The request as it ended: who said no, and why; empty if it was not taken, or is not known any more. */
    public Optional<ApprovalRecord> approval() {
        return Optional.ofNullable(record);
    }
}
