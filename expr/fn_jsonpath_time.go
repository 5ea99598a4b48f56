package expr

import (
	"errors"
	"sync"

	"howdah/pgerr"
	"howdah/types"
)

// pathFormats are what datetime() without a template reads, in the order in which they are tried.
var pathFormats = sync.OnceValue(func() (out []*types.DateTemplate) {
	for _, f := range []string{
		"yyyy-mm-dd",
		"HH24:MI:SS.USTZH:TZM", "HH24:MI:SS.USTZH", "HH24:MI:SSTZH:TZM", "HH24:MI:SSTZH",
		"HH24:MI:SS.US", "HH24:MI:SS",
		"yyyy-mm-dd HH24:MI:SS.USTZH:TZM", "yyyy-mm-dd HH24:MI:SS.USTZH", "yyyy-mm-dd HH24:MI:SSTZH:TZM", "yyyy-mm-dd HH24:MI:SSTZH",
		`yyyy-mm-dd"T"HH24:MI:SS.USTZH:TZM`, `yyyy-mm-dd"T"HH24:MI:SS.USTZH`, `yyyy-mm-dd"T"HH24:MI:SSTZH:TZM`, `yyyy-mm-dd"T"HH24:MI:SSTZH`,
		"yyyy-mm-dd HH24:MI:SS.US", "yyyy-mm-dd HH24:MI:SS", `yyyy-mm-dd"T"HH24:MI:SS.US`, `yyyy-mm-dd"T"HH24:MI:SS`,
	} {
		t, err := types.ParseStandardTemplate([]byte(f))
		if err != nil {
			panic(err)
		}
		out = append(out, t)
	}
	return out
})

// pathTime gives what datetime() made of an item, if it is such an item: others see its text only.
func (x *pathRun) time(v *types.JSON) (types.Moment, bool) {
	m, ok := x.times[v]
	if !ok && x.passed != nil && v.Kind == types.JSONString {
		for i := range x.passed.items {
			if v == &x.passed.items[i] && x.passed.moments[i].Type != 0 {
				return x.passed.moments[i], true
			}
		}
	}
	return m, ok
}

// datetime is the item method .datetime(), with a template or without.
func (x *pathRun) datetime(p *types.PathItem, v *types.JSON, found *pathItems) (pathResult, error) {
	if _, done := x.time(v); done || v.Kind != types.JSONString {
		return x.fail(pgerr.InvalidArgumentForJSONDatetime, "jsonpath item method .%s() can only be applied to a string", "datetime")
	}
	var m types.Moment
	if p.Left != nil {
		t := x.cache.templates[p]
		if t == nil {
			var err error
			if t, err = types.ParseStandardTemplate(p.Left.Text); err != nil { // not to be silenced
				return pathFailed, err
			}
			if x.cache.templates == nil {
				x.cache.templates = map[*types.PathItem]*types.DateTemplate{}
			}
			x.cache.templates[p] = t
		}
		var err error
		if m, err = t.ParseMoment(v.Text); err != nil {
			if !x.throw {
				err = nil
			}
			return pathFailed, err
		}
	} else {
		for _, t := range pathFormats() {
			var err error
			if m, err = t.ParseMoment(v.Text); err == nil {
				break
			}
		}
		if m.Type == 0 {
			res, err := x.fail(pgerr.InvalidArgumentForJSONDatetime, "%s format is not recognized: \"%s\"", "datetime", v.Text)
			if e, ok := errors.AsType[*pgerr.Error](err); ok {
				err = e.WithHint("Use a datetime template argument to specify the input data format.")
			}
			return res, err
		}
	}
	if p.Next == nil && found == nil {
		return pathFound, nil
	}
	out := &types.JSON{Kind: types.JSONString, Text: m.Append(nil)}
	if x.times == nil {
		x.times = map[*types.JSON]types.Moment{}
	}
	x.times[out] = m
	return x.next(p, out, found)
}

// compareTimes is compareDatetime. Dates and times are beyond comparison; a conversion that needs the session's zone is
// for the _tz functions.
func (x *pathRun) compareTimes(a, b types.Moment) (order int, comparable bool, err error) {
	if rank(a.Type) > rank(b.Type) {
		order, comparable, err = x.compareTimes(b, a)
		return -order, comparable, err
	}
	zone := x.env.Style.Zone
	needsZone := func() error {
		if x.tz {
			return nil
		}
		return pgerr.New(pgerr.FeatureNotSupported, "cannot convert value from %s to %s without time zone usage", momentName(a.Type), momentName(b.Type)).
			WithHint("Use *_tz() function for time zone support.")
	}
	timeOfDay := a.Type == types.TimeOID || a.Type == types.TimetzOID
	if timeOfDay != (b.Type == types.TimeOID || b.Type == types.TimetzOID) {
		return 0, false, nil
	}
	switch {
	case a.Type == b.Type && a.Type == types.TimetzOID:
		order = types.CompareTimetz(momentTimetz(a), momentTimetz(b))
	case a.Type == b.Type:
		order = int(intOrder.compare(&a.Value, &b.Value))
	case timeOfDay:
		if err := needsZone(); err != nil {
			return 0, false, err
		}
		t, err := zonedToday(x.env, a.Value)
		if err != nil {
			return 0, false, err
		}
		order = types.CompareTimetz(t, momentTimetz(b))
	case a.Type == types.DateOID && b.Type == types.TimestampOID:
		order = types.CompareDateTimestamp(a.Value, b.Value, nil)
	case a.Type == types.DateOID:
		if err := needsZone(); err != nil {
			return 0, false, err
		}
		order = types.CompareDateTimestamp(a.Value, b.Value, zone)
	default:
		if err := needsZone(); err != nil {
			return 0, false, err
		}
		order = types.CompareLocal(a.Value, b.Value, zone)
	}
	return order, true, nil
}

// rank puts what must be converted before what it is converted to.
func rank(t types.OID) int {
	switch t {
	case types.DateOID:
		return 0
	case types.TimeOID:
		return 1
	case types.TimetzOID:
		return 2
	case types.TimestampOID:
		return 3
	}
	return 4
}

func momentName(t types.OID) string {
	return map[types.OID]string{types.DateOID: "date", types.TimeOID: "time", types.TimetzOID: "timetz", types.TimestampOID: "timestamp",
		types.TimestamptzOID: "timestamptz"}[t]
}

func momentTimetz(m types.Moment) types.Timetz {
	return types.Timetz{Micros: m.Value, West: int32(-m.East)}
}

// zonedToday gives a time of day the offset that holds at that time today.
func zonedToday(env *Env, tod int64) (types.Timetz, error) {
	today, err := types.TimestampToDate(types.MicrosOf(env.Now), env.Style.Zone)
	if err != nil {
		return types.Timetz{}, err
	}
	var clock types.Clock
	clock.Year, clock.Month, clock.Day = types.CivilFromDays(today)
	clock.SetTime(tod)
	return types.Timetz{Micros: tod, West: int32(-types.OffsetAt(&clock, env.Style.Zone))}, nil
}
