// Package phrases keeps the texts that the cells of a workbook share: the first ones in memory, under the query's budget,
// and what is beyond in a temporary file, so that a workbook of any number of texts needs flat memory.
package phrases
