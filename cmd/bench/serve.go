package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// server is a running driftwatch serve.
type server struct {
	g     *ground
	dsn   string
	url   string
	cmd   *exec.Cmd
	said  *bytes.Buffer // read it only after ended
	ended chan error
}

// stopWithin bounds how long a server may take to end.
const stopWithin = 30 * time.Second

// serve starts the real server on a database and waits until it is ready.
func (g *ground) serve(ctx context.Context, dsn string) (*server, error) {
	path, err := g.program(ctx)
	if err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	s := &server{g: g, dsn: dsn, url: "http://" + addr, said: &bytes.Buffer{}, ended: make(chan error, 1)}
	s.cmd = exec.Command(path, "serve")
	s.cmd.Dir = g.dir
	s.cmd.Env = append(os.Environ(), "DATABASE_URL="+dsn, "DRIFTWATCH_ADDR="+addr)
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-s.ended:
			s.ended <- err
			return fmt.Errorf("the server ended before it was ready (%w): %s", err, s.said)
		case <-ctx.Done():
			return fmt.Errorf("wait for the server: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the server as Ctrl-C does.
func (s *server) stop() error {
	select {
	case err := <-s.ended: // by itself
		return err
	default:
	}
	if err := s.cmd.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop the server: %w", err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			return fmt.Errorf("the server ended badly: %w: %s", err, s.said)
		}
		return nil
	case <-time.After(stopWithin):
		return errors.Join(errors.New("the server did not stop in time"), s.cmd.Process.Kill())
	}
}

// feed posts predictions with a token.
type feed struct {
	client *http.Client
	url    string
	token  string
}

func (s *server) feed(ctx context.Context, conns int) (*feed, error) {
	token, err := s.g.run(ctx, s.dsn, "", "token", "add", "bench", "--role", "ingest")
	if err != nil {
		return nil, err
	}
	return &feed{
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: conns}},
		url:    s.url + "/api/v1/predictions", token: token,
	}, nil
}

// post sends NDJSON and checks that the server did with it what it should.
func (f *feed) post(ctx context.Context, text []byte, want drift.ImportResult) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set("Content-Type", "application/x-ndjson")
	resp, err := f.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return err
	}
	var got drift.ImportResult
	if resp.StatusCode != http.StatusOK || json.Unmarshal(body, &got) != nil ||
		got.Read != want.Read || got.Inserted != want.Inserted || got.Duplicates != want.Duplicates {
		return fmt.Errorf("%s: %.300s, want %d inserted and %d duplicates", resp.Status, body, want.Inserted, want.Duplicates)
	}
	return nil
}
