package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is who PostgreSQL runs as. The zero value means: as this process.
type account struct {
	name     string
	uid, gid uint32
	drop     bool // this process is root and must become the account
}

// chooseAccount says who runs a cluster: this user, unless that is root. Root
// gives way to the cluster's owner, where there is a cluster, else to
// postgres, else to nobody.
func chooseAccount(cluster string) (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	if st, err := os.Stat(cluster); err == nil {
		if sys, ok := st.Sys().(*syscall.Stat_t); ok && sys.Uid != 0 {
			return account{name: ownerName(sys.Uid), uid: sys.Uid, gid: sys.Gid, drop: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 != nil || err2 != nil || uid == 0 {
			continue
		}
		return account{name: name, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
	}
	return account{}, &Error{
		Code:    CodePermission,
		Message: "PostgreSQL refuses to run as root, and this machine has neither a user postgres nor a user nobody to run it as. Run Driftwatch as an ordinary user, or add one of the two.",
	}
}

func ownerName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "number " + id
}

// apply makes cmd run as the account, in dir. The working directory matters:
// PostgreSQL asks for it at start, and that of root may be closed to it.
func (a account) apply(cmd *exec.Cmd, dir string) {
	cmd.Dir = dir
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid, Groups: []uint32{a.gid}}
	}
	cmd.Env = cleanEnv()
}

// own gives path to the account.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("give %s to %s: %w", path, a.name, err)
	}
	return nil
}

// canEnter tries whether the account can work in dir. It is tried rather than
// worked out from mode bits, which say nothing of access lists and the like.
func (a account) canEnter(ctx context.Context, b binaries, dir string) (bool, error) {
	if !a.drop {
		return true, nil
	}
	run := func(dir string) error {
		cmd := exec.CommandContext(ctx, b.path("postgres"), "--version")
		a.apply(cmd, dir)
		return cmd.Run()
	}
	if err := run("/"); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return false, &Error{
				Code:    CodePermission,
				Message: fmt.Sprintf("PostgreSQL must run as user %s here, because it refuses root, and that user may not run %s. Set %s to binaries that every user can reach, or run Driftwatch as an ordinary user.", a.name, b.path("postgres"), binDirEnv),
				Err:     err,
			}
		}
		return false, fmt.Errorf("run postgres as %s: %w", a.name, err)
	}
	err := run(dir)
	if errors.Is(err, fs.ErrPermission) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("run postgres as %s in %s: %w", a.name, dir, err)
	}
	return true, nil
}
