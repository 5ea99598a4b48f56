// Package regex is PostgreSQL's regular expressions: Henry Spencer's AREs, EREs and BREs with PostgreSQL's errors, its
// rule of the longest (or shortest) match by the preference of the whole expression, and its way of dividing a match
// among subexpressions.
//
// An expression is lexed and parsed as regc_lex.c and regcomp.c do, into a tree of the same shape as PostgreSQL's, for
// the shape decides what captures hold. Each node of the tree has a language of its own (an [ast]), run as a lazily built
// DFA over classes of characters. A match is found by the top node's DFA alone; captures (and back-references) are then
// found by dividing the match down the tree, as regexec.c's cdissect does. Nothing backtracks unless back-references ask
// for it; long runs look at the context, so a cancel interrupts them.
//
// https://www.postgresql.org/docs/15/functions-matching.html#POSIX-SYNTAX-DETAILS
package regex
