// Package s3 is the source of objects in S3 and what speaks like it. Ranges are asked for with If-Match (or by version
// id), so that parts of two versions never meet. Requests are never repeated here: formats.Input and sources.Retry do.
package s3
