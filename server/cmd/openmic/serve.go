package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"openmic/client"
	"openmic/crdt/engine"
	"openmic/server"
)

// Limits of the HTTP server.
const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
	headerBytes   = 16 << 10
	lastRequests  = 5 * time.Second
	mostDaysKept  = 36500
	engineWorkers = 4 // so that a board can be made while one is compacted and two are drawn
)

type serveCmd struct {
	Listen string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on; port 0 takes a free one (${default})."`
	place
	Open      bool    `help:"Serve any document to anybody, and let anybody create one, as a sync server for automerge-repo."`
	LogLevel  string  `default:"info" enum:"debug,info,warn,error" help:"How much to log: ${enum} (${default})."`
	PublicURL httpURL `placeholder:"URL" help:"Where people reach this server, for the links it makes."`

	DebugListen loopback `placeholder:"HOST:PORT" help:"Serve profiles of the program (pprof) at this address, which has to be of this machine alone."`

	Host         []string       `placeholder:"NAME,..." help:"Further names that this server goes by, beside that of --public-url; requests for others are refused. With neither: every address, and names that no public site can have."`
	AuditDays    int            `default:"365" placeholder:"N" help:"Keep what was done to a board, and by whom, for so many days (${default}); 0 keeps nothing of it."`
	TrustedProxy []netip.Prefix `placeholder:"CIDR,..." help:"Proxies whose X-Forwarded-For is believed."`

	DeletedKept int `name:"deleted-kept-days" default:"30" placeholder:"DAYS" help:"How long a deleted board can be brought back (${default})."`
	signIn
	embedFlags
}

// httpURL is a web address without path, query or fragment.
type httpURL string

// UnmarshalText checks and trims the address.
func (u *httpURL) UnmarshalText(b []byte) error {
	text := strings.TrimSuffix(string(b), "/")
	parsed, err := url.Parse(text)
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Host == "" ||
		parsed.Path != "" || strings.ContainsAny(text, "?#@") {
		return fmt.Errorf("%q is not an address like https://boards.example.org", b)
	}
	// As browsers write an origin.
	host := strings.ToLower(parsed.Host)
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[parsed.Scheme])
	*u = httpURL(parsed.Scheme + "://" + host)
	return nil
}

// Validate checks what kong cannot; its error is a usage error.
func (c *serveCmd) Validate() error {
	if _, port, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("--listen: %q is not an address like 127.0.0.1:8080", c.Listen)
	} else if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("--listen: %q is not a port", port)
	}
	if c.DeletedKept < 0 || c.DeletedKept > mostDaysKept {
		return fmt.Errorf("--deleted-kept-days: %d is not between 0 and %d", c.DeletedKept, mostDaysKept)
	}
	if c.AuditDays < 0 || c.AuditDays > mostAuditDays {
		return fmt.Errorf("--audit-days: give a number from 0 to %d", mostAuditDays)
	}
	if err := c.embedFlags.Validate(); err != nil {
		return err
	}
	if err := c.signIn.validate(c.PublicURL); err != nil {
		return err
	}
	return c.place.Validate()
}

// mostAuditDays is as good as for ever.
const mostAuditDays = 36_500

// hosts are the names that the server goes by.
func (c *serveCmd) hosts() []string {
	names := c.Host
	if u, err := url.Parse(string(c.PublicURL)); err == nil && u.Host != "" {
		names = append(names, u.Hostname())
	}
	return names
}

// Run serves until SIGINT or SIGTERM.
func (c *serveCmd) Run(s *streams) error {
	ctx, cancel := untilSignal()
	defer cancel()
	level, err := zerolog.ParseLevel(c.LogLevel)
	if err != nil {
		return err
	}
	log := zerolog.New(s.err).Level(level).With().Timestamp().Logger()
	return c.serve(ctx, s.out, log)
}

func (c *serveCmd) serve(ctx context.Context, out io.Writer, log zerolog.Logger) (err error) {
	st, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	settings := server.DefaultSettings()
	settings.Open = c.Open
	settings.PublicURL = string(c.PublicURL)
	settings.DeletedKept = time.Duration(c.DeletedKept) * 24 * time.Hour
	if settings.SignIn, err = c.settings(); err != nil {
		return err
	}
	settings.AuditDays = c.AuditDays
	settings.Hosts, settings.TrustedProxies = c.hosts(), c.TrustedProxy
	if settings.EmbedOrigins, settings.EmbedTrust, err = c.read(settings.Embed); err != nil {
		return err
	}
	// Whoever asks has a limit of their own: a compaction may take longest.
	eng, err := newEngine(engine.Config{Workers: engineWorkers, Timeout: settings.CompactTimeout})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, eng.Close()) }()

	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	if c.DebugListen != "" {
		address, stop, err := serveProfiles(c.DebugListen)
		if err != nil {
			return err
		}
		defer stop()
		log.Info().Stringer("address", address).Msg("serving profiles")
	}
	node := server.New(settings, st, eng, client.FS(), log)
	web := newWeb(node)
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	fmt.Fprintf(out, "openmic: listening on http://%s\n", listener.Addr())
	log.Info().Stringer("address", listener.Addr()).Bool("open", c.Open).Msg("listening")

	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	log.Info().Msg("draining")
	_ = listener.Close()
	err = errors.Join(err, node.Drain())
	// Requests that are being answered may end; sockets have ended already.
	last, cancel := context.WithTimeout(context.Background(), lastRequests)
	defer cancel()
	if web.Shutdown(last) != nil {
		_ = web.Close()
	}
	log.Info().Err(err).Msg("ended")
	return err
}

// newWeb is what listens: it bounds what a request may bring before it is looked at.
func newWeb(node http.Handler) *http.Server {
	return &http.Server{
		Handler:           node,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytes,
	}
}
