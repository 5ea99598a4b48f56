package options

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// Type is what the text of an option is read as.
type Type string

// The types, by the names that the documentation shows.
const (
	String   Type = "string"
	Bool     Type = "boolean"
	Int      Type = "integer"
	Float    Type = "floating point"
	Duration Type = "duration"
	Size     Type = "size"
	List     Type = "list"
	Enum     Type = "enum"
)

// Bytes is a number of bytes, written as PostgreSQL writes memory settings: 64kB, 8MB, 1GB; a plain number is bytes.
type Bytes int64

// Option is one declared option.
type Option struct {
	Name    string
	Aliases []string // other names that mean the same
	Type    Type
	Default string // as text; "" = none
	Help    string
	Secret  bool     // the value is never shown
	Enum    []string // the words allowed, if Type is Enum
}

// field is an option and where its value goes.
type field struct {
	Option
	index []int
}

var declared sync.Map // reflect.Type -> []field

// Of lists the options that cfg, a struct or a pointer to one, declares, in the order of its fields. A wrong
// declaration is a bug and panics.
func Of(cfg any) []Option {
	fields := fieldsOf(reflect.TypeOf(cfg))
	list := make([]Option, len(fields))
	for i, f := range fields {
		list[i] = f.Option
	}
	return list
}

func fieldsOf(t reflect.Type) []field {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if known, ok := declared.Load(t); ok {
		return known.([]field)
	}
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("options: %s is not a struct", t))
	}
	var fields []field
	names := map[string]bool{}
	collect(t, nil, &fields)
	for _, f := range fields {
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if names[name] {
				panic(fmt.Sprintf("options: %s declares %q twice", t, name))
			}
			names[name] = true
		}
		if f.Default != "" {
			if err := f.set(reflect.New(t).Elem().FieldByIndex(f.index), f.Default); err != nil {
				panic(fmt.Sprintf("options: %s: default of %q: %v", t, f.Name, err))
			}
		}
	}
	declared.Store(t, fields)
	return fields
}

func collect(t reflect.Type, path []int, fields *[]field) {
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(append([]int(nil), path...), i)
		name, tagged := sf.Tag.Lookup("option")
		if sf.Anonymous && !tagged && sf.Type.Kind() == reflect.Struct {
			collect(sf.Type, index, fields)
			continue
		}
		if !tagged {
			continue
		}
		o := Option{
			Name:    name,
			Aliases: words(sf.Tag.Get("alias")),
			Default: sf.Tag.Get("default"),
			Help:    sf.Tag.Get("help"),
			Secret:  sf.Tag.Get("secret") == "true",
			Enum:    words(sf.Tag.Get("enum")),
		}
		o.Type = typeOf(sf.Type, o.Enum)
		if o.Name == "" || o.Help == "" || o.Type == "" || !sf.IsExported() {
			panic(fmt.Sprintf("options: %s.%s: an option needs a name, a help text, a known type and an exported field", t, sf.Name))
		}
		*fields = append(*fields, field{o, index})
	}
}

func typeOf(t reflect.Type, enum []string) Type {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return Duration
	case reflect.TypeFor[Bytes]():
		return Size
	}
	switch t.Kind() {
	case reflect.String:
		if enum != nil {
			return Enum
		}
		return String
	case reflect.Bool:
		return Bool
	case reflect.Int, reflect.Int64:
		return Int
	case reflect.Float64:
		return Float
	case reflect.Slice:
		if t.Elem().Kind() == reflect.String {
			return List
		}
	}
	return ""
}

// words splits a comma list; blanks around the words do not count.
func words(text string) []string {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}
