// Package csv reads delimited text.
package csv
