// Package local is the source of files on this machine's disks, below the folders that the server was given and
// nowhere else: paths are opened by os.Root, so that neither a symbolic link nor ".." leads out, and only regular
// files are read. A file's version is its size, modification time, inode and change time; it is compared when the file
// is opened and after every read, so that bytes of two versions never meet.
package local
