package sql

import "howdah/pgerr"

// grammarErrors are the errors of PostgreSQL's gram.y, scan.l and parser.c that are not 42601 or that carry a hint or
// a detail: the C library passes on the message only.
var grammarErrors = []struct {
	prefix, suffix string
	code           pgerr.Code // empty = 42601
	hint, detail   string
}{
	{prefix: "invalid byte sequence for encoding", code: pgerr.CharacterNotInRepertoire},
	{prefix: "invalid Unicode escape value"},
	{prefix: "invalid Unicode escape", suffix: "Unicode escape", hint: `Unicode escapes must be \XXXX or \+XXXXXX.`},
	{prefix: "frame ", code: "42P20"},
	{prefix: "role name ", suffix: " is reserved", code: "42939"},
	{suffix: " cannot be used as a role name here", code: "42939"},
	{prefix: "precision for type float must be", code: pgerr.InvalidParameterValue},
	{prefix: "column number must be in range", code: pgerr.InvalidParameterValue},
	{prefix: "unrecognized JSON encoding: ", code: pgerr.InvalidParameterValue},
	{prefix: "unrecognized partitioning strategy ", code: pgerr.InvalidParameterValue},
	{prefix: "modulus for hash partition provided", code: "42710"},
	{prefix: "remainder for hash partition provided", code: "42710"},
	{prefix: "LIMIT #,# syntax is not supported", hint: "Use separate LIMIT and OFFSET clauses."},
	{prefix: "missing argument", hint: "Use NONE to denote the missing argument of a unary operator."},
	{prefix: "unrecognized row security option ", hint: "Only PERMISSIVE or RESTRICTIVE policies are supported currently."},
	{prefix: "invalid publication object list",
		detail: "One of TABLE or TABLES IN SCHEMA must be specified before a standalone table or schema name."},
	{prefix: "UNENCRYPTED PASSWORD is no longer supported", code: pgerr.FeatureNotSupported,
		hint: "Remove UNENCRYPTED to store the password in encrypted form instead."},
	{prefix: "RECHECK is no longer required", code: pgerr.FeatureNotSupported, hint: "Update your data type."},
	{prefix: "CREATE SCHEMA IF NOT EXISTS cannot include", code: pgerr.FeatureNotSupported},
	{prefix: "current database cannot be changed", code: pgerr.FeatureNotSupported},
	{prefix: "MATCH PARTIAL not yet implemented", code: pgerr.FeatureNotSupported},
	{prefix: "a column list with ", suffix: " is only supported for ON DELETE actions", code: pgerr.FeatureNotSupported},
	{prefix: "CREATE EXTENSION ... FROM is no longer supported", code: pgerr.FeatureNotSupported},
	{prefix: "CREATE OR REPLACE CONSTRAINT TRIGGER is not supported", code: pgerr.FeatureNotSupported},
	{prefix: "CREATE ASSERTION is not yet implemented", code: pgerr.FeatureNotSupported},
	{prefix: "dropping an enum value is not implemented", code: pgerr.FeatureNotSupported},
	{prefix: "aggregates cannot have output arguments", code: pgerr.FeatureNotSupported},
	{prefix: "WITH CHECK OPTION not supported on recursive views", code: pgerr.FeatureNotSupported},
	{prefix: "only string constants are supported in JSON_TABLE", code: pgerr.FeatureNotSupported},
	{prefix: "UNIQUE predicate is not yet implemented", code: pgerr.FeatureNotSupported},
	{prefix: "an ordered-set aggregate with a VARIADIC direct argument", code: pgerr.FeatureNotSupported},
	{suffix: " constraints cannot be marked DEFERRABLE", code: pgerr.FeatureNotSupported},
	{suffix: " constraints cannot be marked NOT VALID", code: pgerr.FeatureNotSupported},
	{suffix: " constraints cannot be marked NO INHERIT", code: pgerr.FeatureNotSupported},
	{prefix: "unsafe use of string constant with Unicode escapes", code: pgerr.FeatureNotSupported},
	{prefix: "unsafe use of \\' in a string literal", code: "22P06",
		hint: "Use '' to write quotes in strings. \\' is insecure in client-only encodings."},
}
