package demo

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Generator invents rows for a demo that is looked at on one day.
type Generator struct {
	seed  uint64
	today drift.Date
}

// New returns a generator whose history ends the day before today.
func New(seed uint64, today drift.Date) *Generator { return &Generator{seed, today} }

// WriteDay writes all models' predictions of a past day with the outcomes known by today, one
// JSON object a line, in order of time within each model.
func (g *Generator) WriteDay(w io.Writer, day drift.Date) error {
	buf := bufio.NewWriter(w)
	ago := int(g.today - day)
	for _, m := range Models {
		if ago > m.story.firstAgo {
			continue
		}
		r := g.random(m, day)
		n := m.On(ago)
		step := 24 * time.Hour / time.Duration(n)
		for i := range n {
			at := day.Time().Add(time.Duration(i)*step + time.Duration(r.Int64N(int64(step))))
			row := m.story.on(ago).draw(r)
			if ago <= m.story.silent {
				row.actual = nil
			}
			if err := row.write(buf, m, at, fmt.Sprintf("%s-%s-%d", m.ModelType, day, i)); err != nil {
				return err
			}
		}
	}
	return buf.Flush()
}

// Live is one fresh prediction with the outcome that will become known later; "" where it never will.
type Live struct {
	Prediction []byte // a line of NDJSON, as the log's own program would have made it
	Outcome    []byte // a line of NDJSON, nil where the feed is silent
	Features   []byte // a JSON object

	row    row
	actual bool
	model  Model
	at     time.Time
	id     string
}

// By returns the prediction as another version of the model makes it.
func (l Live) By(version string, score float64, predicted bool) []byte {
	l.model.Version, l.row.score, l.row.predicted = version, score, predicted
	return l.row.line(l.model, l.at, l.id)
}

// Live invents the prediction that a model makes now. n counts them, so that each has its own id.
func (g *Generator) Live(m Model, at time.Time, n uint64) Live {
	r := rand.New(rand.NewPCG(g.seed^uint64(at.UnixNano()), n^hash(m)))
	row := m.story.on(1).draw(r)
	l := live(m, row, at, fmt.Sprintf("%s-live-%d-%d", m.ModelType, at.UnixMilli(), n))
	if m.story.silent > 0 {
		l.Outcome = nil
	}
	return l
}

// live is a row whose outcome is not known yet.
func live(m Model, w row, at time.Time, id string) Live {
	l := Live{model: m, at: at, id: id, actual: *w.actual}
	w.actual = nil
	l.row = w
	l.Prediction, l.Features = w.line(m, at, id), []byte("{"+w.features()+"}")
	l.Outcome = fmt.Appendf(nil, `{"prediction_id":%q,"tenant":%q,"actual":%t}`+"\n", id, m.Tenant, l.actual)
	return l
}

// random is a source of its own for each model and day, so that a day can be written by itself.
func (g *Generator) random(m Model, day drift.Date) *rand.Rand {
	return rand.New(rand.NewPCG(g.seed^uint64(g.today-day), hash(m)))
}

func hash(m Model) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, m.Tenant+"/"+m.ModelType) // a hash never fails
	return h.Sum64()
}

// row is one invented prediction.
type row struct {
	score     float64
	predicted bool
	actual    *bool
	amount    float64
	pace      float64
	age       float64
	channel   string
	latency   float64
}

var channels = [...]string{"web", "app", "branch", "partner"}

// newcomerChannel is the channel by which a new partner's rows come.
const newcomerChannel = "marketplace"

// weights is the law that the models learnt: log odds of the outcome for each feature.
var weights = [...]float64{1.7, 1.1, -0.8}

const intercept = -0.35

// draw invents one row of this world.
func (w world) draw(r *rand.Rand) row {
	x := [...]float64{r.NormFloat64() + w.shift, r.NormFloat64(), r.NormFloat64()}
	newcomer := w.newcomers.share > 0 && r.Float64() < w.newcomers.share
	if newcomer {
		x[0] += w.newcomers.shift
	}
	law := weights
	law[0] *= 1 - 2*w.flip
	learnt, real := intercept, intercept
	for i := range x {
		learnt += weights[i] * x[i]
		real += law[i] * x[i]
	}
	if newcomer {
		real -= w.newcomers.calm
	}
	actual := r.Float64() < sigmoid(1.6*real)
	score := math.Round(sigmoid(1.6*learnt+0.25*r.NormFloat64())*1e6) / 1e6
	amount := math.Round(max(200+50*x[0], 1)*100) / 100
	if w.cents {
		amount = math.Round(amount * 100)
	}
	out := row{
		score: score, predicted: score >= 0.5, actual: &actual,
		amount: amount, pace: math.Round(x[1]*1000) / 1000, age: math.Round((x[2]+3)*100) / 100,
		channel: channels[min(int(3*sigmoid(x[0]-1)), len(channels)-2)+r.IntN(2)],
		latency: math.Round((12+8*r.ExpFloat64())*10) / 10,
	}
	if newcomer {
		out.channel = newcomerChannel
	}
	return out
}

func sigmoid(v float64) float64 { return 1 / (1 + math.Exp(-v)) }

func (w row) line(m Model, at time.Time, id string) []byte {
	actual := "null"
	if w.actual != nil {
		actual = fmt.Sprint(*w.actual)
	}
	return fmt.Appendf(nil, `{"prediction_id":%q,"tenant":%q,"model_type":%q,"model_version":%q,"created_at":%q,"score":%g,"predicted":%t,"actual":%s,"latency_ms":%g,%s}`+"\n",
		id, m.Tenant, m.ModelType, m.Version, at.UTC().Format(time.RFC3339Nano), w.score, w.predicted, actual, w.latency, w.features())
}

// features are what the outcome hangs on, as members of a JSON object.
func (w row) features() string {
	return fmt.Sprintf(`"amount":%g,"pace":%g,"account_age":%g,"channel":%q`, w.amount, w.pace, w.age, w.channel)
}

func (w row) write(out io.Writer, m Model, at time.Time, id string) error {
	_, err := out.Write(w.line(m, at, id))
	return err
}
