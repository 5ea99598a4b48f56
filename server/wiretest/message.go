package wiretest

import "github.com/jackc/pgx/v5/pgproto3"

// Message gives the message that a line stands for, without its "> ".
func Message(line string) (pgproto3.FrontendMessage, error) { return parse(line) }
