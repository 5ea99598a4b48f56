package expr

import "howdah/types"

var boolType = types.Of(types.BoolOID)

func (e *Var) Type() types.Type         { return e.Typ }
func (e *Const) Type() types.Type       { return e.Typ }
func (e *Param) Type() types.Type       { return e.Typ }
func (e *Func) Type() types.Type        { return e.Typ }
func (e *And) Type() types.Type         { return boolType }
func (e *Or) Type() types.Type          { return boolType }
func (e *Not) Type() types.Type         { return boolType }
func (e *NullTest) Type() types.Type    { return boolType }
func (e *BoolTest) Type() types.Type    { return boolType }
func (e *Distinct) Type() types.Type    { return boolType }
func (e *NullIf) Type() types.Type      { return e.Arg.Type() }
func (e *Case) Type() types.Type        { return e.Typ }
func (e *CaseTest) Type() types.Type    { return e.Typ }
func (e *Coalesce) Type() types.Type    { return e.Typ }
func (e *MinMax) Type() types.Type      { return e.Typ }
func (e *AnyAll) Type() types.Type      { return boolType }
func (e *ArrayExpr) Type() types.Type   { return e.Typ }
func (e *Row) Type() types.Type         { return types.Of(types.RecordOID) }
func (e *RowCompare) Type() types.Type  { return boolType }
func (e *Field) Type() types.Type       { return e.Typ }
func (e *Subscript) Type() types.Type   { return e.Typ }
func (e *Relabel) Type() types.Type     { return e.Typ }
func (e *ViaIO) Type() types.Type       { return e.Typ }
func (e *ArrayCoerce) Type() types.Type { return e.Typ }
func (e *Collate) Type() types.Type     { return e.Arg.Type() }
func (e *Sublink) Type() types.Type     { return e.Typ }
func (e *Agg) Type() types.Type         { return e.Typ }
func (e *WindowCall) Type() types.Type  { return e.Typ }

func (e *Var) Collation() types.OID         { return e.Coll }
func (e *Const) Collation() types.OID       { return e.Coll }
func (e *Param) Collation() types.OID       { return e.Coll }
func (e *Func) Collation() types.OID        { return e.Coll }
func (e *And) Collation() types.OID         { return types.NoCollation }
func (e *Or) Collation() types.OID          { return types.NoCollation }
func (e *Not) Collation() types.OID         { return types.NoCollation }
func (e *NullTest) Collation() types.OID    { return types.NoCollation }
func (e *BoolTest) Collation() types.OID    { return types.NoCollation }
func (e *Distinct) Collation() types.OID    { return types.NoCollation }
func (e *NullIf) Collation() types.OID      { return e.Arg.Collation() }
func (e *Case) Collation() types.OID        { return e.Coll }
func (e *CaseTest) Collation() types.OID    { return e.Coll }
func (e *Coalesce) Collation() types.OID    { return e.Coll }
func (e *MinMax) Collation() types.OID      { return e.Coll }
func (e *AnyAll) Collation() types.OID      { return types.NoCollation }
func (e *ArrayExpr) Collation() types.OID   { return e.Coll }
func (e *Row) Collation() types.OID         { return types.NoCollation }
func (e *RowCompare) Collation() types.OID  { return types.NoCollation }
func (e *Field) Collation() types.OID       { return e.Coll }
func (e *Subscript) Collation() types.OID   { return e.Coll }
func (e *Relabel) Collation() types.OID     { return e.Coll }
func (e *ViaIO) Collation() types.OID       { return e.Coll }
func (e *ArrayCoerce) Collation() types.OID { return e.Coll }
func (e *Collate) Collation() types.OID     { return e.Coll }
func (e *Sublink) Collation() types.OID     { return e.Coll }
func (e *Agg) Collation() types.OID         { return e.Coll }
func (e *WindowCall) Collation() types.OID  { return e.Coll }
