package server

import (
	"errors"
	"regexp"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"openmic/crdt"
)

// metrics are what /metrics shows. None carries a board's or a person's name.
type metrics struct {
	registry           *prometheus.Registry
	sessions           prometheus.Gauge
	endings            *prometheus.CounterVec
	rooms              prometheus.Gauge
	loads              prometheus.Histogram
	paced              prometheus.Counter
	admitted           prometheus.Counter
	refused            *prometheus.CounterVec
	stored             prometheus.Counter
	commits            prometheus.Histogram
	commitFailures     prometheus.Counter
	compactionFailures prometheus.Counter
	quarantined        prometheus.Counter
	damage             *prometheus.CounterVec
	frozen             *prometheus.GaugeVec
	drawings           prometheus.Histogram
	histories          prometheus.Histogram
	drawingFailures    prometheus.Counter
	drawingsRecalled   prometheus.Counter
	drawingAnswers     *prometheus.CounterVec
	flushes            prometheus.Counter
	flushChanges       prometheus.Histogram
	fanout             prometheus.Histogram
	encodings          prometheus.Counter
	confirmations      prometheus.Counter
	waiting            prometheus.Gauge
	upgradesPaced      prometheus.Counter
	socketsRefused     *prometheus.CounterVec
	commitChanges      prometheus.Histogram
	syncFrames         prometheus.Counter
	syncBytes          prometheus.Counter
	presenceFrames     prometheus.Counter
	presencePeople     prometheus.Counter
	presenceDropped    prometheus.Counter
	tooMany            *prometheus.CounterVec
	auditLost          prometheus.Counter
}

func newMetrics() *metrics {
	r := prometheus.NewRegistry()
	live := collectors.WithGoCollectorRuntimeMetrics(collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile("^/gc/heap/live:bytes$")})
	r.MustRegister(collectors.NewGoCollector(live), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "openmic_" + name, Help: help})
		r.MustRegister(c)
		return c
	}
	counters := func(name, help, label string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "openmic_" + name, Help: help}, []string{label})
		r.MustRegister(c)
		return c
	}
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "openmic_" + name, Help: help})
		r.MustRegister(g)
		return g
	}
	gauges := func(name, help, label string) *prometheus.GaugeVec {
		g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "openmic_" + name, Help: help}, []string{label})
		r.MustRegister(g)
		return g
	}
	seconds := func(name, help string) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "openmic_" + name, Help: help, Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16),
		})
		r.MustRegister(h)
		return h
	}
	sizes := func(name, help string) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "openmic_" + name, Help: help, Buckets: prometheus.ExponentialBuckets(1, 2, 13),
		})
		r.MustRegister(h)
		return h
	}
	return &metrics{
		registry:           r,
		sessions:           gauge("sessions", "Connected sessions."),
		endings:            counters("sessions_ended_total", "Sessions that we ended, by close code.", "code"),
		rooms:              gauge("rooms", "Open rooms."),
		loads:              seconds("load_seconds", "Time to load a document."),
		paced:              counter("sessions_paced_total", "Times that a session was read more slowly for sending so many changes."),
		admitted:           counter("changes_admitted_total", "Changes taken into a log."),
		refused:            counters("changes_refused_total", "Changes refused, by the rule they broke.", "rule"),
		stored:             counter("changes_stored_total", "Changes stored."),
		commits:            seconds("commit_seconds", "Time of one group commit."),
		commitFailures:     counter("commit_failures_total", "Attempts to store that failed."),
		compactionFailures: counter("compaction_failures_total", "Compactions that failed."),
		quarantined:        counter("documents_quarantined_total", "Documents not compacted any more because the engine kept dying on them."),
		damage:             counters("damage_total", "Damage found when a document was opened, by what was damaged.", "part"),
		frozen:             gauges("documents_frozen", "Open documents that take no changes, by why.", "condition"),
		drawings:           seconds("drawing_seconds", "Time to draw a board, without the wait for its turn."),
		histories:          seconds("history_seconds", "Time to read the part of a history that was new."),
		drawingFailures:    counter("drawing_failures_total", "Boards that could not be drawn."),
		drawingsRecalled:   counter("drawings_recalled_total", "Drawings read from the store, where otherwise one would have been made."),
		drawingAnswers:     counters("drawing_answers_total", "Drawings handed out, by whether they were made for it.", "from"),
		flushes:            counter("flushes_total", "Times that a room sent something to its readers."),
		flushChanges:       sizes("flush_changes", "Changes that a room sent to its readers at a time."),
		fanout:             seconds("fanout_seconds", "From when a change was taken to when all readers whose sockets take it at once had been sent it."),
		encodings:          counter("sync_encodings_total", "Sync messages encoded; readers at the same place share one."),
		confirmations:      counter("confirmations_total", "Messages by which clients confirmed what they have, and which the room did not have to hear."),
		waiting:            gauge("sockets_waiting", "Sockets that do not take at once what there is for them."),
		upgradesPaced:      counter("sockets_paced_total", "Sockets that were opened later because so many came at once."),
		socketsRefused:     counters("sockets_refused_total", "Requests for a socket that got none, by why.", "reason"),
		commitChanges:      sizes("commit_changes", "Changes in one group commit."),
		syncFrames:         counter("sync_frames_total", "Sync messages written to sockets."),
		syncBytes:          counter("sync_bytes_total", "Bytes of sync messages written to sockets."),
		presenceFrames:     counter("presence_frames_total", "Presence messages written to sockets."),
		presencePeople:     counter("presence_people_total", "People that these told of in batches."),
		presenceDropped:    counter("presence_dropped_total", "Presence messages not taken: too many, too large, or for a document not open."),
		tooMany:            counters("requests_limited_total", "Requests answered with 429, by what there was too much of.", "what"),
		auditLost:          counter("audit_lost_total", "Lines that did not get into an audit: too many at once, or the store did not take them."),
	}
}

// watch adds what is looked up when somebody asks.
func (m *metrics) watch(h *Hub) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "openmic_slowest_changes", Help: "How many changes the reader that is furthest behind has yet to be sent.",
	}, func() float64 {
		h.mu.Lock()
		defer h.mu.Unlock()
		most := int64(0)
		for _, r := range h.rooms {
			most = max(most, r.slowest.Load())
		}
		return float64(most)
	}))
}

// countRefusal counts an error that is the refusal of a change.
func (m *metrics) countRefusal(err error) {
	var refusal *crdt.Refusal
	if errors.As(err, &refusal) {
		m.refused.WithLabelValues(string(refusal.Rule)).Inc()
	}
}
