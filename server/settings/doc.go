// Package settings holds a session's configuration parameters (GUCs) with PostgreSQL 15's names, defaults, checks and
// messages (guc.c): what SET, SHOW, RESET, set_config and the start-up packet work on. A [Store] is transactional as
// PostgreSQL's is: a rollback takes back what was SET since, SET LOCAL lasts until the end of the transaction.
// Parameters that mean something to Howdah are read through typed methods; the others are kept and shown.
package settings
