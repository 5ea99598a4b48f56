package ods

import (
	"bytes"

	"howdah/formats/internal/xml"
)

// name is an element or attribute that the reader knows, whatever its prefix in the file.
type name uint8

const (
	other name = iota

	// Elements.
	elDocument
	elBody
	elSettings
	elStyles
	elAutomatic
	elSpreadsheet
	elTable
	elColumns
	elColumn
	elRows
	elRow
	elCell
	elCovered
	elParagraph
	elInline // its text is the paragraph's
	elSpace
	elTab
	elBreak
	elNullDate
	elNamedRange
	elDatabaseRange
	elStyle
	elDefaultStyle
	elTableProperties
	elMap
	elNumberStyle
	elCurrencyStyle
	elPercentStyle
	elDateStyle
	elTimeStyle
	elBooleanStyle
	elTextStyle
	elNumber
	elScientific
	elFraction
	elEmbeddedText
	elLiteral
	elCurrencySymbol
	elTextContent
	elFill
	elYear
	elMonth
	elDay
	elDayOfWeek
	elOddDate // era, quarter, week: nothing that a format code has
	elHours
	elMinutes
	elSeconds
	elAmPm
	elFileEntry
	elEncryption
	elAlgorithm
	elDerivation
	elStartKey

	// Attributes.
	atValueType
	atValue
	atDateValue
	atTimeValue
	atBooleanValue
	atStringValue
	atCalcType
	atFormula
	atStyleName
	atColumnsRepeated
	atRowsRepeated
	atColumnsSpanned
	atRowsSpanned
	atVisibility
	atDefaultCellStyle
	atTableName
	atDisplay
	atCount
	atRangeAddress
	atTargetAddress
	atMimetype
)

const (
	odf     = "urn:oasis:names:tc:opendocument:xmlns:"
	calcext = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
)

// spaces are the namespaces that matter, by the prefix that the tables below know them by.
var spaces = map[string]string{
	odf + "office:1.0": "office", odf + "table:1.0": "table", odf + "text:1.0": "text", odf + "style:1.0": "style",
	odf + "datastyle:1.0": "number", odf + "manifest:1.0": "manifest", calcext: "calcext",
	"urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
}

var elementNames = map[string]name{
	"office:document": elDocument, "office:document-content": elDocument, "office:document-styles": elDocument,
	"office:body": elBody, "table:calculation-settings": elSettings, "office:styles": elStyles, "office:automatic-styles": elAutomatic, "office:spreadsheet": elSpreadsheet,
	"table:table": elTable, "table:table-columns": elColumns, "table:table-header-columns": elColumns, "table:table-column-group": elColumns,
	"table:table-column": elColumn, "table:table-rows": elRows, "table:table-header-rows": elRows, "table:table-row-group": elRows,
	"table:table-row": elRow, "table:table-cell": elCell, "table:covered-table-cell": elCovered,
	"text:p": elParagraph, "text:h": elParagraph, "text:s": elSpace, "text:tab": elTab, "text:line-break": elBreak,
	"table:null-date": elNullDate, "table:named-range": elNamedRange, "table:database-range": elDatabaseRange,
	"style:style": elStyle, "style:default-style": elDefaultStyle, "style:table-properties": elTableProperties, "style:map": elMap,
	"number:number-style": elNumberStyle, "number:currency-style": elCurrencyStyle, "number:percentage-style": elPercentStyle, "number:date-style": elDateStyle,
	"number:time-style": elTimeStyle, "number:boolean-style": elBooleanStyle, "number:text-style": elTextStyle,
	"number:number": elNumber, "number:scientific-number": elScientific, "number:fraction": elFraction, "number:embedded-text": elEmbeddedText,
	"number:text": elLiteral, "number:currency-symbol": elCurrencySymbol, "number:text-content": elTextContent, "number:fill-character": elFill,
	"number:year": elYear, "number:month": elMonth, "number:day": elDay, "number:day-of-week": elDayOfWeek, "number:era": elOddDate,
	"number:quarter": elOddDate, "number:week-of-year": elOddDate, "number:hours": elHours, "number:minutes": elMinutes, "number:seconds": elSeconds, "number:am-pm": elAmPm,
	"manifest:file-entry": elFileEntry, "manifest:encryption-data": elEncryption, "manifest:algorithm": elAlgorithm,
	"manifest:key-derivation": elDerivation, "manifest:start-key-generation": elStartKey,
}

// notInline are the elements of the text namespace whose text is not the paragraph's.
var notInline = map[string]bool{"text:note": true, "text:ruby-text": true, "text:tracked-changes": true, "text:list": true}

var attributeNames = map[string]name{
	"office:value-type": atValueType, "office:value": atValue, "office:date-value": atDateValue, "office:time-value": atTimeValue,
	"office:boolean-value": atBooleanValue, "office:string-value": atStringValue, "calcext:value-type": atCalcType, "office:mimetype": atMimetype,
	"table:formula": atFormula, "table:style-name": atStyleName, "table:number-columns-repeated": atColumnsRepeated, "table:number-rows-repeated": atRowsRepeated,
	"table:number-columns-spanned": atColumnsSpanned, "table:number-rows-spanned": atRowsSpanned, "table:visibility": atVisibility,
	"table:default-cell-style-name": atDefaultCellStyle, "table:name": atTableName, "table:display": atDisplay, "text:c": atCount,
	"table:cell-range-address": atRangeAddress, "table:target-range-address": atTargetAddress, "table:date-value": atDateValue,
}

// elements reads a document's tags and knows their names by their namespaces.
type elements struct {
	*xml.Tokens
	el name // of the tag that next stopped at

	bound    []binding
	elements map[string]name // what names mean under the present bindings
	attrs    map[string]name

	// The names of which there are most, as this file has them.
	row, cell, paragraph              string
	openParagraph, endParagraph       string
	endCell                           string
	valueType, value, calcType, style string
}

// binding is a prefix for a namespace.
type binding struct {
	prefix, space string
	depth         int // of the element that declares it
}

func newElements(src xml.Source) *elements {
	d := &elements{Tokens: xml.New(src)}
	d.rebind()
	return d
}

// next goes to the next tag.
func (d *elements) next() error {
	if n := len(d.bound); n > 0 && d.bound[n-1].depth > d.Depth() {
		for n > 0 && d.bound[n-1].depth > d.Depth() {
			n--
		}
		d.bound = d.bound[:n]
		d.rebind()
	}
	if err := d.Next(); err != nil {
		return err
	}
	if len(d.Attrs) > 0 && !d.Closing && bytes.Contains(d.Attrs, xmlns) {
		d.bind()
	}
	switch full := d.Full; {
	case string(full) == d.cell:
		d.el = elCell
	case string(full) == d.paragraph:
		d.el = elParagraph
	case string(full) == d.row:
		d.el = elRow
	default:
		el, ok := d.elements[string(full)]
		if !ok {
			el = d.resolve(full)
		}
		d.el = el
	}
	return nil
}

var xmlns = []byte("xmlns")

// bind takes the declarations of a start tag.
func (d *elements) bind() {
	depth := d.Depth()
	if d.Empty {
		depth++
	}
	n := len(d.bound)
	for attrs := d.Attrs; n < maxBindings; {
		key, v, rest, ok := xml.CutAttribute(attrs)
		if !ok {
			break
		}
		attrs = rest
		if prefix, ok := bytes.CutPrefix(key, xmlns); ok && (len(prefix) == 0 || prefix[0] == ':') {
			d.bound = append(d.bound, binding{string(bytes.TrimPrefix(prefix, []byte(":"))), spaces[d.Value(v)], depth})
		}
	}
	if len(d.bound) > n {
		d.rebind()
	}
}

// maxBindings and maxNames bound what a file can make the reader keep.
const (
	maxBindings = 1000
	maxNames    = 10_000
)

// rebind forgets what names meant.
func (d *elements) rebind() {
	d.elements, d.attrs = map[string]name{}, map[string]name{}
	d.row, d.cell, d.paragraph = d.full("table", "table-row", true), d.full("table", "table-cell", true), d.full("text", "p", true)
	d.openParagraph, d.endParagraph, d.endCell = "<"+d.paragraph+">", "</"+d.paragraph+">", "</"+d.cell+">"
	d.valueType, d.value = d.full("office", "value-type", false), d.full("office", "value", false)
	d.calcType, d.style = d.full("calcext", "value-type", false), d.full("table", "style-name", false)
}

// full gives a name as the file has it. The default namespace is for elements only.
func (d *elements) full(space, local string, element bool) string {
	for i := len(d.bound) - 1; i >= 0; i-- {
		switch b := d.bound[i]; {
		case b.space != space || d.space(b.prefix) != space:
		case b.prefix != "":
			return b.prefix + ":" + local
		case element:
			return local
		}
	}
	return "\x00" // there is no such name
}

// space is what a prefix stands for, "" if nothing that matters.
func (d *elements) space(prefix string) string {
	for i := len(d.bound) - 1; i >= 0; i-- {
		if d.bound[i].prefix == prefix {
			return d.bound[i].space
		}
	}
	return ""
}

// canonical gives a name with the prefix that the tables have.
func (d *elements) canonical(full []byte) string {
	prefix, local, ok := bytes.Cut(full, []byte(":"))
	if !ok {
		prefix, local = nil, full
	}
	space := d.space(string(prefix))
	if space == "" {
		return ""
	}
	return space + ":" + string(local)
}

// resolve finds out what an element's name means, and remembers it.
func (d *elements) resolve(full []byte) name {
	known := d.canonical(full)
	el := elementNames[known]
	if el == other && len(known) > 5 && known[:5] == "text:" && !notInline[known] {
		el = elInline
	}
	if len(d.elements) < maxNames {
		d.elements[string(full)] = el
	}
	return el
}

// attribute gives the meaning of an attribute's name.
func (d *elements) attribute(full []byte) name {
	switch {
	case string(full) == d.valueType:
		return atValueType
	case string(full) == d.value:
		return atValue
	case string(full) == d.calcType:
		return atCalcType
	case string(full) == d.style:
		return atStyleName
	}
	at, ok := d.attrs[string(full)]
	if !ok {
		if bytes.IndexByte(full, ':') >= 0 {
			at = attributeNames[d.canonical(full)]
		}
		if len(d.attrs) < maxNames {
			d.attrs[string(full)] = at
		}
	}
	return at
}

// get gives an attribute of the tag, its references resolved; "" if there is none.
func (d *elements) get(want name) string {
	for attrs := d.Attrs; ; {
		n, v, rest, ok := xml.CutAttribute(attrs)
		if !ok {
			return ""
		}
		if d.attribute(n) == want {
			return d.Value(v)
		}
		attrs = rest
	}
}

// starts tells whether the tag is the start of the element.
func (d *elements) starts(el name) bool { return d.el == el && !d.Closing }

// pass passes the rest of the element whose start tag next has just given.
func (d *elements) pass() error { return d.AtEnd(d.Skip()) }
