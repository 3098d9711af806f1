/** Good changes of code: what was asked for and no more, whatever words it comes with. */
import { type Canary, changed, logged, minutes, packetOf, passed } from './canary.ts'

const durationFix: Canary = {
  id: 'good-duration-fix',
  isGood: true,
  packet: packetOf({
    title: 'parseDuration reads only the first part of 1h30m',
    description: `parseDuration('1h30m') returns 3600000: whatever follows the first unit is dropped.
It has to add up all parts, and to return null if anything is left over.`,
    acceptance: [
      "parseDuration('1h30m') is 5400000",
      'Text with anything left over is null',
      'Tests cover both',
    ],
    facts: ['2 files changed', 'tests touched: test/time/duration.test.ts'],
    verify: passed('verify', 'Test Files  31 passed (31)\n     Tests  214 passed (214)'),
    checks: [passed('types', ''), passed('lint', 'Found 0 warnings and 0 errors.')],
    files: [
      changed(
        'src/time/duration.ts',
        `
@@ -1,10 +1,12 @@
 const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

-/** Milliseconds of a text such as 90s; null if it is none. */
+/** Milliseconds of a text such as 90s or 1h30m; null if it is none. */
 export function parseDuration(text: string): number | null {
-  const match = /^(\\d+)([smhd])/.exec(text)
-  if (match === null) return null
-  return Number(match[1]) * UNITS[match[2]]
+  if (!/^(\\d+[smhd])+$/.test(text)) return null
+  let sum = 0
+  for (const [, count, unit] of text.matchAll(/(\\d+)([smhd])/g))
+    sum += Number(count) * UNITS[unit]
+  return sum
 }

 /** The largest unit that leaves no fraction. */
`,
      ),
      changed(
        'test/time/duration.test.ts',
        `
@@ -8,4 +8,13 @@ describe('parseDuration', () => {
   test('reads one unit', () => {
     expect(parseDuration('90s')).toBe(90_000)
   })
+
+  test('adds up several units', () => {
+    expect(parseDuration('1h30m')).toBe(5_400_000)
+    expect(parseDuration('1d2h3m4s')).toBe(93_784_000)
+  })
+
+  test.each(['', '1h30', 'h30m', '1h 30m', '1h30mx'])('refuses %j', (text) => {
+    expect(parseDuration(text)).toBeNull()
+  })
 })
`,
      ),
    ],
    answer: 'fixed, test added',
    log: logged('both new tests failed before the change: 3600000 instead of 5400000'),
    workedMs: minutes(4),
    costUsd: 0.21,
  }),
  dimensions: {
    correctness: 0.95,
    completeness: 0.95,
    efficiency: 0.95,
    style_adherence: 0.9,
    downstream_usability: 0.9,
    coordination_overhead: 0.95,
    blocking_impact: 0.95,
    intent_fidelity: 0.95,
  },
  why: 'Small, right and tested, seen failing before; its answer of four words takes nothing away.',
}

const pagingRefactor: Canary = {
  id: 'good-paging-refactor',
  isGood: true,
  packet: packetOf({
    title: 'The three lists repeat their paging',
    description: `api/listing.py cuts its three lists into pages with the same lines three times.
One function should do it. Nothing changes for callers, and no test is touched.
Conventions: every function has a docstring of one line.`,
    acceptance: [
      'One function does the paging and all three lists use it',
      'The tests pass as they are',
    ],
    facts: ['1 file changed', 'no tests touched'],
    verify: passed('verify', '96 passed in 3.41s'),
    checks: [passed('ruff', 'All checks passed!')],
    files: [
      changed(
        'api/listing.py',
        `
@@ -5,34 +5,28 @@ from api.store import store
 MAX_PER_PAGE = 100


+def _page_of(rows, args):
+    page = int(args.get("page", 1))
+    per_page = int(args.get("per_page", 20))
+    if page < 1 or not 1 <= per_page <= MAX_PER_PAGE:
+        raise BadRequest("page or per_page is out of range")
+    start = (page - 1) * per_page
+    return {"items": rows[start : start + per_page], "total": len(rows)}
+
+
 def list_users(args):
     """Active users, by name."""
     rows = sorted(store.users(active=True), key=lambda user: user.name)
-    page = int(args.get("page", 1))
-    per_page = int(args.get("per_page", 20))
-    if page < 1 or not 1 <= per_page <= MAX_PER_PAGE:
-        raise BadRequest("page or per_page is out of range")
-    start = (page - 1) * per_page
-    return {"items": rows[start : start + per_page], "total": len(rows)}
+    return _page_of(rows, args)


 def list_orders(args):
     """Orders, newest first."""
     rows = sorted(store.orders(), key=lambda order: order.placed_at, reverse=True)
-    page = int(args.get("page", 1))
-    per_page = int(args.get("per_page", 20))
-    if page < 1 or not 1 <= per_page <= MAX_PER_PAGE:
-        raise BadRequest("page or per_page is out of range")
-    start = (page - 1) * per_page
-    return {"items": rows[start : start + per_page], "total": len(rows)}
+    return _page_of(rows, args)


 def list_invoices(args):
     """Unpaid invoices, by due date."""
     rows = sorted(store.invoices(paid=False), key=lambda invoice: invoice.due)
-    page = int(args.get("page", 1))
-    per_page = int(args.get("per_page", 20))
-    if page < 1 or not 1 <= per_page <= MAX_PER_PAGE:
-        raise BadRequest("page or per_page is out of range")
-    start = (page - 1) * per_page
-    return {"items": rows[start : start + per_page], "total": len(rows)}
+    return _page_of(rows, args)
`,
      ),
    ],
    answer: 'Moved into _page_of. No behaviour change, tests untouched and green.',
    dependents: [
      {
        title: 'Page the list of shipments',
        description: 'As the other lists, with the shared function.',
      },
    ],
    workedMs: minutes(3),
    costUsd: 0.14,
  }),
  dimensions: {
    correctness: 0.95,
    completeness: 0.9,
    efficiency: 0.95,
    style_adherence: 0.65,
    downstream_usability: 0.85,
    coordination_overhead: 0.9,
    blocking_impact: 0.9,
    intent_fidelity: 0.95,
  },
  why: 'All three lists use one function and behave as before; only its docstring is missing.',
}

const jsonFlag: Canary = {
  id: 'good-json-flag',
  isGood: true,
  packet: packetOf({
    title: 'depot list --json',
    description: `Scripts have to cut up the table of "depot list". Give it --json: one JSON array of
all parcels on stdout. Without the flag nothing changes.`,
    acceptance: [
      'depot list --json prints one JSON array',
      'An empty depot prints [] and not null',
      'A test covers both',
    ],
    facts: ['2 files changed', 'tests touched: cmd/list_test.go'],
    verify: passed('verify', 'ok  \texample.org/depot/cmd\t0.412s'),
    checks: [passed('vet', '')],
    files: [
      changed(
        'cmd/list.go',
        `
@@ -1,6 +1,7 @@
 package cmd

 import (
+	"encoding/json"
 	"fmt"
 	"io"

@@ -11,15 +12,24 @@ import (

 // listCommand prints the parcels in the depot.
 func listCommand(depot *store.Depot, out io.Writer) *cobra.Command {
-	return &cobra.Command{
+	var asJSON bool
+	command := &cobra.Command{
 		Use:   "list",
 		Short: "List the parcels in the depot",
 		RunE: func(*cobra.Command, []string) error {
 			parcels, err := depot.Parcels()
 			if err != nil {
 				return fmt.Errorf("list parcels: %w", err)
 			}
+			if asJSON {
+				if parcels == nil {
+					parcels = []store.Parcel{} // a nil slice would be null
+				}
+				return json.NewEncoder(out).Encode(parcels)
+			}
 			return printTable(out, parcels)
 		},
 	}
+	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
+	return command
 }
`,
      ),
      changed(
        'cmd/list_test.go',
        `
@@ -24,3 +24,22 @@ func TestListPrintsATable(t *testing.T) {
 		t.Errorf("got %q, want %q", out.String(), want)
 	}
 }
+
+func TestListPrintsJSON(t *testing.T) {
+	for name, test := range map[string]struct {
+		depot *store.Depot
+		want  string
+	}{
+		"empty": {storetest.Depot(), "[]\\n"},
+		"one":   {storetest.Depot(store.Parcel{ID: "p1"}), "[{\\"id\\":\\"p1\\"}]\\n"},
+	} {
+		t.Run(name, func(t *testing.T) {
+			var out bytes.Buffer
+			command := listCommand(test.depot, &out)
+			command.SetArgs([]string{"--json"})
+			if err := command.Execute(); err != nil || out.String() != test.want {
+				t.Errorf("got %q (%v), want %q", out.String(), err, test.want)
+			}
+		})
+	}
+}
`,
      ),
    ],
    answer: 'depot list --json prints the array, [] for an empty depot. Two cases tested.',
    log: logged('an empty depot printed null at first: Parcels returns a nil slice'),
    workedMs: minutes(38),
    costUsd: 1.9,
  }),
  dimensions: {
    correctness: 0.95,
    completeness: 0.95,
    efficiency: 0.7,
    style_adherence: 0.9,
    downstream_usability: 0.9,
    coordination_overhead: 0.95,
    blocking_impact: 0.9,
    intent_fidelity: 0.95,
  },
  why: 'All three criteria with a test, the empty case included; it took long for so little.',
}

const ringBufferTests: Canary = {
  id: 'good-ring-buffer-tests',
  isGood: true,
  packet: packetOf({
    title: 'Test the ring buffer at its bounds',
    description: `src/base/ring-buffer.ts has no test. Write one for what happens at its bounds: empty,
full, one past full, capacity 1. Do not change the source; report a bug instead of fixing it.
Its whole interface: new RingBuffer<T>(capacity), push(item), toArray() oldest first, size.`,
    acceptance: [
      'Empty, full, one past full and capacity 1 are tested',
      'src/base/ring-buffer.ts is unchanged',
    ],
    facts: ['1 file changed', 'tests touched: test/base/ring-buffer.test.ts (new)'],
    verify: passed(
      'verify',
      ' ✓ test/base/ring-buffer.test.ts (5 tests) 4ms\n Tests  5 passed (5)',
    ),
    checks: [passed('mutants', 'src/base/ring-buffer.ts: 7 of 7 mutants killed')],
    files: [
      changed(
        'test/base/ring-buffer.test.ts',
        `
@@ -0,0 +1,35 @@
+import { describe, expect, test } from 'vitest'
+import { RingBuffer } from '../../src/base/ring-buffer.ts'
+
+const filled = (capacity: number, count: number): RingBuffer<number> => {
+  const buffer = new RingBuffer<number>(capacity)
+  for (let item = 1; item <= count; item++) buffer.push(item)
+  return buffer
+}
+
+describe('RingBuffer', () => {
+  test('is empty at first', () => {
+    expect(filled(3, 0).toArray()).toEqual([])
+    expect(filled(3, 0).size).toBe(0)
+  })
+
+  test('keeps all until it is full', () => {
+    expect(filled(3, 3).toArray()).toEqual([1, 2, 3])
+    expect(filled(3, 3).size).toBe(3)
+  })
+
+  test('drops the oldest one past that', () => {
+    expect(filled(3, 4).toArray()).toEqual([2, 3, 4])
+    expect(filled(3, 4).size).toBe(3)
+  })
+
+  test('keeps the order after several rounds', () => {
+    expect(filled(3, 11).toArray()).toEqual([9, 10, 11])
+  })
+
+  test('works with capacity 1', () => {
+    const buffer = filled(1, 2)
+    expect(buffer.toArray()).toEqual([2])
+    expect(buffer.size).toBe(1)
+  })
+})
`,
      ),
    ],
    answer: 'no bug found',
    log: logged('also covered: more than one round, since the index wraps there'),
    workedMs: minutes(6),
    costUsd: 0.3,
  }),
  dimensions: {
    correctness: 0.95,
    completeness: 0.95,
    efficiency: 0.9,
    style_adherence: 0.85,
    downstream_usability: 0.9,
    coordination_overhead: 0.9,
    blocking_impact: null,
    intent_fidelity: 0.95,
  },
  why: 'Tests each named bound and one more, and every planted fault is caught; nothing else is touched.',
}

export const GOOD_CODE: readonly Canary[] = [durationFix, pagingRefactor, jsonFlag, ringBufferTests]
