package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Servers that share a data directory leave each other's folders alone; the next start clears away a
// dead one's, whose lock has fallen.
func TestWorkDirsOfDeadServers(t *testing.T) {
	data := t.TempDir()
	var swept []string
	open := func() *workDir {
		t.Helper()
		w, err := openWorkDir(data)
		if err != nil {
			t.Fatal(err)
		}
		clearDeadOnes(data, func(dir string) { swept = append(swept, dir) })
		return w
	}
	alive, dead := open(), open()
	job := filepath.Join(dead.path, "retrain-1-x")
	if err := os.MkdirAll(job, 0o700); err != nil {
		t.Fatal(err)
	}
	dead.lock.Close() // as the kernel does for a process that was killed
	third := open()
	if !slices.Equal(swept, []string{dead.path}) {
		t.Errorf("swept %q, want %q", swept, dead.path)
	}
	for path, there := range map[string]bool{job: false, dead.path: false, dead.path + lockEnding: false, alive.path: true, alive.path + lockEnding: true, third.path: true} {
		if _, err := os.Stat(path); (err == nil) != there {
			t.Errorf("%s: %v", path, err)
		}
	}
	if info, err := os.Stat(third.path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others may look into it: %v, %v", info, err)
	}
	for _, w := range []*workDir{alive, third} {
		if err := w.close(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(data); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestNoWorkDirWhereNothingCanBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openWorkDir(file); err == nil {
		t.Error("a folder below a file")
	}
}
