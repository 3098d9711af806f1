/** Good results that are no code of a program: text, a finding, a script, rows of data. */
import { bodyOf, type Canary, changed, kept, logged, minutes, packetOf, passed } from './canary.ts'

const retryDocs: Canary = {
  id: 'good-retry-docs',
  isGood: true,
  packet: packetOf({
    title: 'Describe the retry settings',
    description: `docs/configuration.md says nothing of [retry]. Its keys, with their defaults as the
program has them (src/config/retry.py, not to be changed):
    attempts = 3                  # whole number, 1 to 10; 1 = no retry
    delay = "2s"                  # before the second try; doubled each time, at most 60s
    on = ["timeout", "5xx"]       # also possible: "429", "reset"
Put it behind "Timeouts", in the form of the sections there.`,
    acceptance: [
      'Each key is there with meaning, range and default',
      'An example shows how to turn retries off',
    ],
    facts: ['1 file changed', 'no tests touched'],
    checks: [passed('links', '0 broken of 58'), passed('markdownlint', '')],
    files: [
      changed(
        'docs/configuration.md',
        `
@@ -61,6 +61,25 @@ timeout = "30s"

 A request that takes longer is ended and counts as failed.

+## Retries
+
+| Key | Values | Default | Meaning |
+|---|---|---|---|
+| attempts | 1 to 10 | 3 | Tries in all; 1 means no retry. |
+| delay | a duration | "2s" | Wait before the second try. It doubles each time, up to 60s. |
+| on | "timeout", "5xx", "429", "reset" | ["timeout", "5xx"] | Which failures are tried again. |
+
+A request that succeeds on its third try took two waits: 2s and 4s.
+
+    [retry]
+    attempts = 5
+    on = ["timeout", "5xx", "429"]
+
+To turn retries off:
+
+    [retry]
+    attempts = 1
+
 ## Logging

 | Key | Values | Default | Meaning |
`,
      ),
    ],
    answer: 'Section added between Timeouts and Logging.',
    workedMs: minutes(3),
    costUsd: 0.09,
  }),
  dimensions: {
    correctness: 0.95,
    completeness: 0.95,
    efficiency: 0.95,
    style_adherence: 0.9,
    downstream_usability: 0.9,
    coordination_overhead: 0.95,
    blocking_impact: null,
    intent_fidelity: 0.95,
  },
  why: 'Every key with the right range and default, both examples, in the form of its neighbours.',
}

const wrongPremise: Canary = {
  id: 'good-wrong-premise',
  isGood: true,
  packet: packetOf({
    title: 'The nightly export runs twice',
    description: `The log has two lines "export" each night, about four minutes apart, so it seems to
run twice. Find out why. If it does run twice, stop the second run; if not, say what it is.`,
    acceptance: ['It is known, with evidence, what the two lines are', 'It runs once a night'],
    facts: ['nothing was changed'],
    artifacts: [
      kept(
        'evidence.txt',
        bodyOf(`
$ grep -h ' export' /var/log/depot/2026-03-1[0-2].log
2026-03-10T02:00:01 export run=8841
2026-03-10T02:04:17 export run=8841 rows=120443
2026-03-11T02:00:01 export run=8856
2026-03-11T02:04:31 export run=8856 rows=120790
2026-03-12T02:00:02 export run=8870
2026-03-12T02:04:09 export run=8870 rows=121002
$ crontab -l -u depot | grep -c export
1
$ systemctl list-timers --all | grep -c export
0
$ psql -tc "select count(*), count(distinct night) from export_run where night > now() - interval '30 days'"
 30 | 30
$ grep -n "log.info('export" jobs/export.py
22:    log.info('export run=%s', run)
57:    log.info('export run=%s rows=%s', run, rows)
`),
      ),
    ],
    answer: `It runs once. The two lines are start and end of the same run: same run id, one cron
entry, no timer, 30 runs in 30 nights (evidence.txt). They come from jobs/export.py:22 and :57.
Nothing changed. "export started" / "export finished" would prevent the mistake; not done, not asked.`,
    log: logged('looked for a second trigger: cron, timers, the table of runs; there is none'),
    workedMs: minutes(5),
    costUsd: 0.26,
  }),
  dimensions: {
    correctness: 0.95,
    completeness: 0.95,
    efficiency: 0.95,
    style_adherence: null,
    downstream_usability: 0.9,
    coordination_overhead: 0.9,
    blocking_impact: null,
    intent_fidelity: 0.95,
  },
  why: 'The premise was wrong; it shows so from four sides and rightly leaves everything as it is.',
}

const backupRotation: Canary = {
  id: 'good-backup-rotation',
  isGood: true,
  packet: packetOf({
    title: 'Keep only the 14 newest backups',
    description: `bin/backup.sh fills the disk. After a dump it should delete all but the newest 14
(BACKUP_KEEP changes the number). It must never delete anything in a night whose dump failed, and a
failed dump must not look like a backup. POSIX sh.`,
    acceptance: [
      'The newest 14 are kept, BACKUP_KEEP changes that',
      'After a failed dump nothing is deleted and no new backup is there',
    ],
    facts: ['2 files changed', 'tests touched: test/backup.bats'],
    verify: passed(
      'verify',
      'ok 1 dumps\nok 2 keeps the newest 14\nok 3 keeps BACKUP_KEEP\nok 4 a failed dump deletes nothing and leaves nothing',
    ),
    checks: [passed('shellcheck', '')],
    files: [
      changed(
        'bin/backup.sh',
        `
@@ -3,6 +3,18 @@
 set -eu

 : "\${BACKUP_DIR:?is not set}"
+keep="\${BACKUP_KEEP:-14}"
 target="$BACKUP_DIR/depot-$(date +%Y%m%d).sql.gz"

-pg_dump depot | gzip > "$target"
+# Not through a pipe, which hides that the dump failed.
+partial="$target.partial"
+trap 'rm -f "$partial" "$partial.gz"' EXIT
+pg_dump depot > "$partial"
+gzip "$partial"
+mv "$partial.gz" "$target"
+
+# Reached only after a whole dump. The names sort by date.
+printf '%s\\n' "$BACKUP_DIR"/depot-*.sql.gz | sort -r | tail -n "+$((keep + 1))" |
+  while read -r old; do
+    rm -- "$old"
+  done
`,
      ),
      changed(
        'test/backup.bats',
        `
@@ -14,3 +14,23 @@ setup() {
   run bin/backup.sh
   [ -s "$BACKUP_DIR/depot-$TODAY.sql.gz" ]
 }
+
+@test "keeps the newest 14" {
+  old_backups 20
+  bin/backup.sh
+  [ "$(count)" -eq 14 ]
+  [ -e "$BACKUP_DIR/depot-$TODAY.sql.gz" ]
+}
+
+@test "keeps BACKUP_KEEP" {
+  old_backups 20
+  BACKUP_KEEP=3 bin/backup.sh
+  [ "$(count)" -eq 3 ]
+}
+
+@test "a failed dump deletes nothing and leaves nothing" {
+  old_backups 20
+  PG_DUMP_FAILS=1 run bin/backup.sh
+  [ "$status" -ne 0 ]
+  [ "$(ls "$BACKUP_DIR" | wc -l)" -eq 20 ]
+}
`,
      ),
    ],
    answer: 'Rotation added. The old pipe hid failed dumps, so a dump is now written whole first.',
    notes: ['The earlier try deleted old backups before the dump, also when the dump then failed.'],
    workedMs: minutes(9),
    costUsd: 0.52,
  }),
  dimensions: {
    correctness: 0.9,
    completeness: 0.95,
    efficiency: 0.85,
    style_adherence: 0.85,
    downstream_usability: 0.75,
    coordination_overhead: 0.85,
    blocking_impact: null,
    intent_fidelity: 0.95,
  },
  why: 'Safe by its order and tested for the failed dump; BACKUP_KEEP is described nowhere.',
}

const mergedOffices: Canary = {
  id: 'good-merged-offices',
  isGood: true,
  packet: packetOf({
    title: 'The same office stands twice in offices.csv',
    description: `Some offices are twice in data/offices.csv, the city spelled differently. Keep the row
with the lower id. List what was removed in data/merged-offices.csv (removed,kept), so that old
references can be followed. Offices at the same address with different names are different offices.`,
    acceptance: ['No office is there twice', 'Each removed id is listed with the one that stays'],
    facts: ['2 files changed', 'no tests touched'],
    verify: passed(
      'verify',
      `check-offices: 41 rows before, 38 after
check-offices: 0 duplicates by (country, street, name)
check-offices: 3 removed ids, all listed, all point to a row that exists`,
    ),
    files: [
      changed(
        'data/offices.csv',
        `
@@ -10,9 +10,8 @@ id,country,city,street,name
 109,CH,Bern,Marktgasse 12,Depot Bern
 110,DE,Hamburg,Speicherweg 3,Hafenlager
 111,DE,Hamburg,Speicherweg 3,Verwaltung Nord
 112,DE,Köln,Rheinallee 40,Depot West
-113,DE,Koeln,Rheinallee 40,Depot West
 114,FR,Lyon,Quai Perrache 7,Lyon Sud
 115,IT,Milano,Via Larga 9,Milano Centro
 116,IT,Torino,Corso Dante 2,Torino
 117,NL,Utrecht,Kade 18,Utrecht
@@ -26,9 +25,7 @@ id,country,city,street,name
 125,CH,Genève,Rue du Lac 5,Genève
 126,SE,Malmö,Hamngatan 1,Malmö
 127,SE,Lund,Storgatan 30,Lund
-128,CH,Geneva,Rue du Lac 5,Genève
 129,DK,Aarhus,Havnegade 8,Aarhus
 130,NO,Bergen,Bryggen 4,Bergen
-131,IT,Milan,Via Larga 9,Milano Centro
 132,ES,Bilbao,Calle Ría 6,Bilbao
 133,PT,Porto,Rua Nova 11,Porto
`,
      ),
      changed(
        'data/merged-offices.csv',
        `
@@ -0,0 +1,4 @@
+removed,kept
+113,112
+128,125
+131,115
`,
      ),
    ],
    answer: '3 merged. 110 and 111 share an address, but not a name: both stay.',
    dependents: [
      {
        title: 'Point shipments to the offices that stay',
        description: 'Reads data/merged-offices.csv and rewrites shipments.office.',
      },
    ],
    workedMs: minutes(4),
    costUsd: 0.17,
  }),
  dimensions: {
    correctness: 0.95,
    completeness: 0.95,
    efficiency: 0.95,
    style_adherence: 0.9,
    downstream_usability: 0.95,
    coordination_overhead: 0.95,
    blocking_impact: 0.95,
    intent_fidelity: 0.95,
  },
  why: 'The three duplicates go, the lower ids stay, and the pair that only looks like one is kept.',
}

export const GOOD_OTHER: readonly Canary[] = [
  retryDocs,
  wrongPremise,
  backupRotation,
  mergedOffices,
]
