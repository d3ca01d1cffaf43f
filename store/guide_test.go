package store_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/store/storetest"
)

var (
	sqlBlock   = regexp.MustCompile("(?ms)^( *)```sql\n(.*?)^ *```")
	sqlComment = regexp.MustCompile(`(?m)^ *--.*\n?`)
)

// TestGuideQueries: every query of the guide runs on a database as it is made, and all of them are those that the
// end-to-end tests run on the demo for rows.
func TestGuideQueries(t *testing.T) {
	guide, err := os.ReadFile("../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	printed, err := os.ReadFile("../cmd/driftwatch/testdata/guide.sql")
	if err != nil {
		t.Fatal(err)
	}
	var theirs []string
	for _, part := range strings.Split(string(printed), "-- guide: ")[1:] {
		_, sql, _ := strings.Cut(part, "\n")
		theirs = append(theirs, statement(sql))
	}
	conn, err := pgx.Connect(t.Context(), storetest.FreshDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var ours []string
	for _, m := range sqlBlock.FindAllStringSubmatch(string(guide), -1) {
		sql := strings.ReplaceAll("\n"+m[2], "\n"+m[1], "\n")
		ours = append(ours, statement(sql))
		if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Errorf("%s\n%v", sql, err)
		}
	}
	if len(ours) == 0 || !slices.Equal(ours, theirs) {
		t.Errorf("docs/guide.md has the queries\n%q\nand testdata/guide.sql\n%q", ours, theirs)
	}
}

// statement is a query without its comments.
func statement(sql string) string { return strings.TrimSpace(sqlComment.ReplaceAllString(sql, "")) }
