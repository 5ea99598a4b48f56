package plan

import (
	pg "github.com/pganalyze/pg_query_go/v6"
)

// columnName is the name that a target without AS gets (FigureColname).
func columnName(n *pg.Node) string {
	name, strength := figureName(n)
	if strength == 0 {
		return "?column?"
	}
	return name
}

// figureName gives a name and how good it is: 0 none, 1 a second choice, 2 good.
func figureName(n *pg.Node) (string, int) {
	if name := sqlJSONName(n); name != "" {
		return name, 2
	}
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return lastName(x.ColumnRef.Fields)
	case *pg.Node_AIndirection:
		if name, strength := lastName(x.AIndirection.Indirection); strength > 0 {
			return name, strength
		}
		return figureName(x.AIndirection.Arg)
	case *pg.Node_FuncCall:
		return lastName(x.FuncCall.Funcname)
	case *pg.Node_AExpr:
		if x.AExpr.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg.Node_TypeCast:
		name, strength := figureName(x.TypeCast.Arg)
		if strength <= 1 && x.TypeCast.TypeName != nil {
			if name, ok := lastName(x.TypeCast.TypeName.Names); ok > 0 {
				return name, 1
			}
		}
		return name, strength
	case *pg.Node_CollateClause:
		return figureName(x.CollateClause.Arg)
	case *pg.Node_GroupingFunc:
		return "grouping", 2
	case *pg.Node_SubLink:
		switch x.SubLink.SubLinkType {
		case pg.SubLinkType_EXISTS_SUBLINK:
			return "exists", 2
		case pg.SubLinkType_ARRAY_SUBLINK:
			return "array", 2
		case pg.SubLinkType_EXPR_SUBLINK:
			return subselectName(x.SubLink.Subselect.GetSelectStmt())
		}
	case *pg.Node_CaseExpr:
		name, strength := figureName(x.CaseExpr.Defresult)
		if strength <= 1 {
			return "case", 1
		}
		return name, strength
	case *pg.Node_AArrayExpr:
		return "array", 2
	case *pg.Node_RowExpr:
		return "row", 2
	case *pg.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg.Node_MinMaxExpr:
		if x.MinMaxExpr.Op == pg.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pg.Node_SqlvalueFunction:
		if name, ok := valueFunctionNames[x.SqlvalueFunction.Op]; ok {
			return name, 2
		}
	}
	return "", 0
}

var valueFunctionNames = map[pg.SQLValueFunctionOp]string{
	pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE: "current_date", pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME: "current_time",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N: "current_time", pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp", pg.SQLValueFunctionOp_SVFOP_LOCALTIME: "localtime",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N: "localtime", pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP: "localtimestamp",
	pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N: "localtimestamp", pg.SQLValueFunctionOp_SVFOP_CURRENT_ROLE: "current_role",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_USER: "current_user", pg.SQLValueFunctionOp_SVFOP_USER: "user",
	pg.SQLValueFunctionOp_SVFOP_SESSION_USER: "session_user", pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG: "current_catalog",
	pg.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA: "current_schema",
}

// lastName is the last of a list that is a name.
func lastName(ns []*pg.Node) (string, int) {
	for i := len(ns) - 1; i >= 0; i-- {
		if s := ns[i].GetString_(); s != nil {
			return s.GetSval(), 2
		}
	}
	return "", 0
}

// subselectName is the name of a sub-query's first column.
func subselectName(sel *pg.SelectStmt) (string, int) {
	for sel.GetLarg() != nil {
		sel = sel.Larg
	}
	if sel == nil {
		return "", 0
	}
	if len(sel.ValuesLists) > 0 {
		return "column1", 2
	}
	if len(sel.TargetList) == 0 {
		return "", 0
	}
	t := sel.TargetList[0].GetResTarget()
	if t.GetName() != "" {
		return t.Name, 2
	}
	return columnName(t.GetVal()), 2
}
