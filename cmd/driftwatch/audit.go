package main

import (
	"context"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Recompute the chain of the audit log and say whether a row was changed, removed or inserted."`
}

type auditVerifyCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run verifies the audit log.
func (c auditVerifyCmd) Run(ctx context.Context, s *session) error {
	return s.with(ctx, func(h *house) error {
		v, err := h.store.VerifyAudit(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			if v.Faults == nil {
				v.Faults = []drift.AuditFault{}
			}
			if err := s.printJSON(map[string]any{"ok": v.OK(), "rows": v.Rows, "faults": v.Faults}); err != nil {
				return err
			}
		} else if v.OK() {
			fmt.Fprintf(s.out, "The audit log holds: %d rows, each as it was written.\n", v.Rows)
		} else {
			for _, f := range v.Faults {
				fmt.Fprintf(s.out, "row %d: %s\n", f.Seq, f.Message)
			}
			fmt.Fprintf(s.err, "The audit log is not what was written: %d faults in %d rows.\n", len(v.Faults), v.Rows)
		}
		if !v.OK() {
			return errQuiet
		}
		return nil
	})
}
