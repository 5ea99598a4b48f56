// Package xml tokenizes the XML that spreadsheets are made of: [Tokens] goes from tag to tag of a [Source] through one
// buffer, gives the text between them where it is asked for, and passes what nobody wants without looking into it. It
// knows of XML what such documents use: elements, attributes, the five entities and references to characters, CDATA,
// comments and instructions; UTF-8 only. Document types are refused, and so are encodings other than UTF-8, elements
// nested deeper than MaxDepth, tags and texts of absurd length. Nothing is allocated per tag.
package xml
