package handlers

import (
	"cmp"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// nextVM adds what the next shift has to decide and who is on call, where that was kept.
func nextVM(l lang.Lang, s drift.Shift, v *page.ShiftVM) {
	many := len(s.Tenants) > 1
	var list []waitingAt
	for _, t := range s.Tenants {
		v.WaitingKept = v.WaitingKept || t.Waiting.Items != nil
		v.WaitingLeft += int64(t.Waiting.Total - len(t.Waiting.Items))
		for _, w := range t.Waiting.Items {
			list = append(list, waitingAt{w, shown(t.Tenant, w.ModelType, many)})
		}
	}
	slices.SortStableFunc(list, func(a, b waitingAt) int {
		switch {
		case a.Due == nil || b.Due == nil:
			return cmp.Compare(b2i(a.Due == nil), b2i(b.Due == nil))
		default:
			return a.Due.Compare(*b.Due)
		}
	})
	if n := len(list) - shiftOpenShown; n > 0 {
		list, v.WaitingLeft = list[:shiftOpenShown], v.WaitingLeft+int64(n)
	}
	for _, w := range list {
		v.Waiting = append(v.Waiting, waitingVM(l, w))
	}
	v.OnCallKept = s.OnCall != nil
	for _, x := range s.OnCall {
		v.OnCall = append(v.OnCall, page.OnCallVM{Team: x.Team, Href: page.RotaHref(x.Team), Text: onCallLine(l, x)})
	}
}

// waitingAt is a retrain that waits, with its model's name as it is shown.
type waitingAt struct {
	drift.ShiftWaiting
	model string
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func waitingVM(l lang.Lang, w waitingAt) page.ShiftWaitingVM {
	v := page.ShiftWaitingVM{Link: retrainLink(l, w.model, w.RetrainID)}
	v.Text = component.Sentence(l.T("It has waited for a manager since {0}."), component.At(w.Since, component.DayClock))
	due := l.T("It lapses {0} if nobody decides.")
	if w.State == drift.RetrainCountdown {
		v.Text = component.Sentence(l.T("It has counted down since {0}."), component.At(w.Since, component.DayClock))
		due = l.T("It trains by itself {0} if nobody cancels it.")
	}
	if w.Due != nil {
		v.Due = component.Sentence(due, component.At(*w.Due, component.DayClock))
	}
	return v
}

// onCallLine says who is on call for a team, until when, and who comes next.
func onCallLine(l lang.Lang, x drift.ShiftOnCall) []component.Piece {
	who := func(t *drift.Turn) component.Piece {
		return component.Bold(cmp.Or(t.Person, l.T("somebody whom you do not see")))
	}
	line := component.Words(l.T("Nobody is on call now."))
	if x.Now != nil {
		line = component.Sentence(l.T("{0} is on call until {1}."), who(x.Now), component.At(x.Now.To, component.DayClock))
	}
	if x.Next != nil {
		line = component.Join(line, component.Sentence(l.T("Next is {0}, from {1}."), who(x.Next), component.At(x.Next.From, component.DayClock)))
	}
	return line
}
