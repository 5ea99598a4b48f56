// Package archive makes the members of zip and tar archives objects of their own: a [Source] over the source that has
// the archives. /data/a.zip!/dir/x.csv is one member, /data/*.zip!/**/*.csv are many; what an archive is its content
// tells. A file or folder that really has such a name comes first.
//
// A zip archive is read by its directory at the end, a tar by its headers, both at offsets where the source has them;
// a tar that is compressed as a whole is streamed once to list it. What was listed is remembered by the archive's
// version. OpenRange gives a member's bytes as they lie in the archive, and Info.Packed says how formats.Input makes
// content of them: so read-ahead, healing, unpacking and the proof that nothing is missing are the same as for files.
//
// Names of members are only names. They never become paths of the disk.
package archive
