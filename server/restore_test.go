package server_test

import (
	"os"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store/postgres/pgtest"
)

// A backup that is older than what people hold is put in place of the data.
func TestOlderBackupUnderLivingEditors(t *testing.T) {
	type data struct {
		url  func(t *testing.T) string
		copy func(t *testing.T, place string) string
	}
	for name, d := range map[string]data{
		"sqlite": {
			url: func(*testing.T) string { return "" },
			copy: func(t *testing.T, place string) string {
				backup := t.TempDir()
				noError(t, os.CopyFS(backup, os.DirFS(place)))
				return backup
			},
		},
		"postgres": {
			url:  func(t *testing.T) string { return pgtest.Database(t) },
			copy: func(t *testing.T, place string) string { return pgtest.Copy(t, place) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, programOf(t, ordinary), d.url(t))
			docs := []string{docid.New().String(), docid.New().String()}
			all := gather(t, 6, docs)
			lateDoc := docid.New().String() // which no backup has
			p := s.start()
			end := together(t, s.address, all)
			watchAll(all).untilBack(t)
			lost := 0
			for round := range 3 {
				p.kill()
				backup := d.copy(t, s.args[1])
				p = s.start()
				if round == 0 {
					all = append(all, newEditor(t, "late", lateDoc))
					end2 := together(t, s.address, all[6:])
					end1 := end
					end = func() { end1(); end2() }
				}
				since := watchAll(all)
				since.untilBack(t)
				time.Sleep(500 * time.Millisecond)
				since = watchAll(all)
				p.kill()
				s.args[1] = backup
				has := map[string]func(crdt.Hash) bool{}
				for _, e := range since {
					if has[e.doc] == nil {
						has[e.doc] = s.stored(e.doc)
					}
					for _, h := range e.acked {
						if !has[e.doc](h) {
							lost++
						}
					}
				}
				p = s.start()
				watchAll(all).untilBack(t)
			}
			for _, e := range all {
				e.rest()
			}
			equal(t, all)
			want := map[string]int{}
			for _, e := range all {
				made, _ := e.progress()
				want[e.doc] += made
			}
			for doc, n := range want {
				poll(t, "a newcomer has all that was made", func() bool { return open(t, s.address, doc).Len() == n })
			}
			p.kill() // and it is stored, not only shown
			end()
			for _, e := range all {
				has := s.stored(e.doc)
				for _, h := range e.made {
					if !has(h) {
						t.Errorf("a change of %s has not been brought back", e.name)
					}
				}
			}
			t.Logf("%d acknowledged changes were not in the backups, all of %d came back", lost, want[docs[0]]+want[docs[1]]+want[lateDoc])
			if lost == 0 {
				t.Error("the backups lacked nothing")
			}
		})
	}
}
