// Package textsearch is PostgreSQL's full-text search without its SQL: the values of tsvector ([Vector]) and tsquery
// ([Query]) with their text and binary forms, the default parser ([Parser]) that cuts text into tokens, the
// configurations ([Config]) whose dictionaries make lexemes of tokens, matching ([Query.Matches]), ranking ([Rank],
// [RankCover]), and excerpts ([Headline]).
//
// The behaviour is that of PostgreSQL 15 in a UTF-8 database of ctype C.UTF-8, and was compared with a real one, value by
// value. Token types, the graph of the parser's states, limits and messages are PostgreSQL's; the catalogs say which
// dictionary sees which token. The stop words in stop/ are PostgreSQL's own lists (src/backend/snowball/stopwords, from
// the Snowball project; PostgreSQL licence), and the stemmers are Snowball's, generated for Go
// (github.com/blevesearch/snowballstem). A configuration whose stemmer is not there, or not the one of PostgreSQL 15, is
// not known here at all.
package textsearch
