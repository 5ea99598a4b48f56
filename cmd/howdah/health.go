package main

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// health asks a server whether it would take TLS, which it answers before any login: enough to know that it serves.
func health(ctx context.Context, args []string) error {
	fs := flags("health")
	addr := fs.String("address", "127.0.0.1:5433", "the server's address and port")
	wait := fs.Duration("timeout", 2*time.Second, "how long to wait")
	if err := parse(fs, args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *wait)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return err
		}
	}
	const sslRequest = 80877103
	msg := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 8), sslRequest)
	if _, err := conn.Write(msg); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return err
	}
	if answer[0] != 'S' && answer[0] != 'N' {
		return errors.New("what answers there is not a PostgreSQL server")
	}
	return nil
}
