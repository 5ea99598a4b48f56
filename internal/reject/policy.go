package reject

import (
	"math"
	"strconv"
	"strings"

	"howdah/internal/options"
	"howdah/pgerr"
)

// Options are those of every table over files; given to a server they are for its tables.
type Options struct {
	OnError     string `option:"on_error" enum:"stop,ignore,set_null" default:"stop" help:"what becomes of a row that does not fit the table: the query stops with an error; the row is left out; what does not fit is NULL. What is left out or made NULL is counted in a NOTICE and shown by howdah.rejects"`
	RejectLimit string `option:"reject_limit" help:"how many rows on_error may reject, such as 100, or how many of all, such as 5%; default: any number"`
}

// Action is what is done about a row that does not fit.
type Action uint8

const (
	Stop    Action = iota // the query fails
	Ignore                // the row is left out
	SetNull               // the values that do not fit are NULL; a row without values to set is left out
)

// Policy is the options in the form that scans work with. The zero value stops.
type Policy struct {
	Action  Action
	Limit   int64   // rows that may be rejected; 0 = any number
	Percent float64 // of the rows read; 0 = any number
	text    string  // the limit as it was given
}

// Names are the names of the options.
var Names = func() (names []string) {
	for _, o := range options.Of(Options{}) {
		names = append(names, o.Name)
	}
	return names
}()

// Parse takes the policy out of joined options, of a table and its server, which it leaves alone.
func Parse(given map[string]string) (Policy, error) {
	own := map[string]string{}
	for _, n := range Names {
		if text, ok := given[n]; ok {
			own[n] = text
		}
	}
	var p Policy
	var o Options
	if err := options.Decode(own, &o); err != nil {
		return p, err
	}
	switch o.OnError {
	case "ignore":
		p.Action = Ignore
	case "set_null":
		p.Action = SetNull
	}
	text := strings.TrimSpace(o.RejectLimit)
	if text == "" {
		if _, given := own["reject_limit"]; given {
			return p, badLimit(o.RejectLimit)
		}
		return p, nil
	}
	p.text = text
	if share, ok := strings.CutSuffix(text, "%"); ok {
		x, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if err != nil || math.IsNaN(x) || x > 100 {
			return p, badLimit(text)
		}
		if x <= 0 {
			return p, tooLow(text)
		}
		p.Percent = x
		return p, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return p, badLimit(text)
	}
	if n <= 0 {
		return p, tooLow(text)
	}
	p.Limit = n
	return p, nil
}

// Limited tells whether the number of rejected rows is bounded.
func (p Policy) Limited() bool { return p.Limit > 0 || p.Percent > 0 }

// NeedsAction is COPY's error for a limit without an action that it would limit.
func NeedsAction() error {
	return pgerr.New(pgerr.InvalidParameterValue, "option \"reject_limit\" requires option \"on_error\" to be set to ignore or set_null")
}

func badLimit(text string) error {
	return pgerr.New(pgerr.InvalidParameterValue, "invalid value for option %q: %s", "reject_limit", text).
		WithHint("A limit is a number of rows, such as 100, or a share of them, such as 5%%.")
}

// tooLow is defGetCopyRejectLimitOption's.
func tooLow(text string) error {
	return pgerr.New(pgerr.InvalidParameterValue, "reject_limit (%s) must be greater than zero", text)
}
