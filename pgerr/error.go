package pgerr

import (
	"context"
	"errors"
	"fmt"
)

// Error is an error as PostgreSQL's ErrorResponse states it.
type Error struct {
	Code     Code
	Message  string // lower case, no full stop, PostgreSQL's own text where it has one
	Detail   string
	Hint     string
	Where    string // CONTEXT: outermost context last, one per line
	Position int    // 1-based character index into the statement's text; 0 = unknown

	// What it is about, where it is one of these.
	Schema, Table, Column, Constraint string

	cause error
}

// New makes an error with the given SQLSTATE.
func New(code Code, format string, args ...any) *Error {
	if len(args) == 0 {
		return &Error{Code: code, Message: format}
	}
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error with the given SQLSTATE that keeps cause for errors.Is and errors.As; the cause's text is
// not shown, so say in the message what the client may know of it.
func Wrap(cause error, code Code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.cause = cause
	return e
}

// Error is "message (SQLSTATE code)".
func (e *Error) Error() string { return e.Message + " (SQLSTATE " + string(e.Code) + ")" }

// Unwrap gives the cause, if any.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is(err, pgerr.UndefinedFile) true for every error of that code.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == e.Code
}

// SQLState gives the five-character code.
func (e *Error) SQLState() string { return string(e.Code) }

// WithDetail sets the detail and returns the error.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// WithHint sets the hint and returns the error.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// About names the table, and the column or constraint of it ("" = none), that the error is about.
func (e *Error) About(schema, table, column, constraint string) *Error {
	e.Schema, e.Table, e.Column, e.Constraint = schema, table, column, constraint
	return e
}

// At adds one line of context below what is there.
func (e *Error) At(format string, args ...any) *Error {
	line := fmt.Sprintf(format, args...)
	if e.Where != "" {
		line = e.Where + "\n" + line
	}
	e.Where = line
	return e
}

// AtPosition sets the 1-based position in the statement unless one is known already.
func (e *Error) AtPosition(pos int) *Error {
	if e.Position == 0 {
		e.Position = pos
	}
	return e
}

// Clone copies the error, so that a shared one can be given context.
func (e *Error) Clone() *Error {
	c := *e
	return &c
}

// From gives err as an *Error: the first in its chain, or an internal error (XX000) around it. nil stays nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(err, InternalError, "%s", err.Error())
}

// Stopped is why a query's context ended, as its client is to be told; nil while it has not.
func Stopped(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if _, ok := errors.AsType[*Error](cause); ok {
		return cause
	}
	return Wrap(cause, QueryCanceled, "canceling statement due to user request")
}

// HasCode tells whether err carries one of the codes.
func HasCode(err error, codes ...Code) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	for _, c := range codes {
		if e.Code == c {
			return true
		}
	}
	return false
}
