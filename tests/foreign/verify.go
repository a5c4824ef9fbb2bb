// Verifies an audit package with programs that are not ours: golang.org/x/mod (Go's checksum
// database) checks signatures, tree, every entry's inclusion and every consistency proof;
// NebulousLabs' merkletree makes the root again from the entries. What is written here only takes
// the files apart: the ZIP, the three lines of a checkpoint, the lengths in an entry bundle, and the
// twelve bytes of key id and time that stand before a witness's signature.
//
//	verify PACKAGE.zip LOG_VKEY [WITNESS_VKEY]
package main

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/NebulousLabs/merkletree"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func must(holds bool, what string) {
	if !holds {
		check(fmt.Errorf("does not hold"), what)
	}
}

type files map[string][]byte

func open(path string) files {
	archive, err := zip.OpenReader(path)
	check(err, path)
	defer archive.Close()
	found := files{}
	for _, file := range archive.File {
		reader, err := file.Open()
		check(err, file.Name)
		found[file.Name], err = io.ReadAll(reader)
		check(err, file.Name)
	}
	return found
}

func (f files) get(name string) []byte {
	content, there := f[name]
	must(there, name+" is there")
	return content
}

// A checkpoint is a note of three lines: origin, size, root (C2SP tlog-checkpoint).
func head(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	must(len(lines) == 4, "three lines")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, "size")
	root, err := tlog.ParseHash(lines[2])
	check(err, "root")
	return tlog.Tree{N: size, Hash: root}
}

// Our tiles under the names of C2SP tlog-tiles, for the reader of x/mod.
type tiles struct{ files }

func (t tiles) Height() int                                   { return 8 }
func (t tiles) SaveTiles(asked []tlog.Tile, content [][]byte) {}
func (t tiles) ReadTiles(asked []tlog.Tile) (content [][]byte, err error) {
	for _, tile := range asked {
		name := strings.Replace(tile.Path(), "tile/8/", "log/tile/", 1)
		content = append(content, t.get(name))
	}
	return content, nil
}

// The entries, out of their bundles in order.
func (f files) entries() (all [][]byte) {
	type bundle struct {
		order string
		bytes []byte
	}
	var bundles []bundle
	for name, content := range f {
		if rest := strings.TrimPrefix(name, "log/tile/entries/"); rest != name {
			// a partial one, the last, has the width after its number
			bundles = append(bundles, bundle{strings.Split(rest, ".p/")[0], content})
		}
	}
	sort.Slice(bundles, func(a, b int) bool { return bundles[a].order < bundles[b].order })
	for _, one := range bundles {
		for rest := one.bytes; len(rest) > 0; {
			length := int(binary.BigEndian.Uint16(rest))
			all = append(all, rest[2:2+length])
			rest = rest[2+length:]
		}
	}
	return all
}

// A witness for x/mod's note: the signature is over the time and the text (C2SP tlog-cosignature).
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	at   *uint64
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 72 {
		return false
	}
	*w.at = binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", *w.at, text)
	return ed25519.Verify(w.key, []byte(message), signature[8:])
}

func newWitness(vkey string) witness {
	parts := strings.SplitN(vkey, "+", 3)
	must(len(parts) == 3, "a witness's key")
	key, err := base64.StdEncoding.DecodeString(parts[2])
	check(err, "a witness's key")
	must(len(key) == 33 && key[0] == 4, "a witness's key")
	digest := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	hash := binary.BigEndian.Uint32(digest[:])
	must(fmt.Sprintf("%08x", hash) == parts[1], "id of a witness's key")
	return witness{parts[0], hash, key[1:], new(uint64)}
}

func (f files) inclusion(tree tlog.Tree, hashes tlog.HashReader) {
	again := merkletree.New(sha256.New())
	entries := f.entries()
	must(int64(len(entries)) == tree.N, "one entry a leaf")
	for at, entry := range entries {
		proof, err := tlog.ProveRecord(tree.N, int64(at), hashes)
		check(err, "the tiles")
		leaf := tlog.RecordHash(entry)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(at), leaf), "inclusion")
		again.Push(entry)
	}
	must(bytes.Equal(again.Root(), tree.Hash[:]), "root made again by another tree")
}

func (f files) cosigned(tree tlog.Tree, hashes tlog.HashReader, log note.Verifier, by witness) {
	seen := 0
	for name, signed := range f {
		if !strings.HasPrefix(name, "log/cosigned/") || strings.HasSuffix(name, ".proof") {
			continue
		}
		opened, err := note.Open(signed, note.VerifierList(log, by))
		check(err, name)
		must(len(opened.Sigs) == 2, name+" is signed by the log and the witness")
		earlier := head(opened.Text)
		var ours tlog.TreeProof
		for _, line := range strings.Fields(string(f.get(name + ".proof"))) {
			hash, err := tlog.ParseHash(line)
			check(err, name+".proof")
			ours = append(ours, hash)
		}
		check(tlog.CheckTree(ours, tree.N, tree.Hash, earlier.N, earlier.Hash), name+".proof")
		theirs, err := tlog.ProveTree(tree.N, earlier.N, hashes)
		check(err, "the tiles")
		check(tlog.CheckTree(theirs, tree.N, tree.Hash, earlier.N, earlier.Hash), "consistency")
		fmt.Printf("cosigned by %s: %d entries at %d\n", by.name, earlier.N, *by.at)
		seen++
	}
	must(seen > 0, "a cosigned checkpoint")
}

func main() {
	must(len(os.Args) >= 3, "usage: verify PACKAGE.zip LOG_VKEY [WITNESS_VKEY]")
	f := open(os.Args[1])
	log, err := note.NewVerifier(os.Args[2])
	check(err, "the log's key")
	opened, err := note.Open(f.get("log/checkpoint"), note.VerifierList(log))
	check(err, "log/checkpoint")
	tree := head(opened.Text)
	hashes := tlog.TileHashReader(tree, tiles{f})
	f.inclusion(tree, hashes)
	fmt.Printf("%d entries are in the log\n", tree.N)
	if len(os.Args) > 3 {
		f.cosigned(tree, hashes, log, newWitness(os.Args[3]))
	}
}
