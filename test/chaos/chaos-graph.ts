/** The graph of one chaos run: chains, diamonds and fan-outs of real processes that note in a ledger when they begin and end. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SeededRandom } from '../support/seeded-random.ts'

export interface ChaosTask {
  readonly id: string
  readonly after: readonly string[]
  /** Exits with this code in its first generation, with 0 later; 0 = always well. */
  readonly firstCode: number
  readonly sleepMs: number
}

/** Enough for every kill that may hit one task. */
const MAX_ATTEMPTS = 20

/**
 * What an agent runs. `start` and `end` are one append each, so the ledger's order is the order of the world. The lock is
 * inherited by all that the task starts and freed by the kernel: who does not get it meets a living twin.
 */
const SCRIPT = `ledger=$1 locks=$2 sleep=$3 first=$4
exec 9>"$locks/$YARD_TASK_ID"
flock -n 9 || echo "twin $YARD_TASK_ID $YARD_GENERATION $$ 0" >>"$ledger"
echo "start $YARD_TASK_ID $YARD_GENERATION $$ 0" >>"$ledger"
sleep "$sleep"
code=0
[ "$YARD_GENERATION" = 1 ] && code=$first
echo "end $YARD_TASK_ID $YARD_GENERATION $$ $code" >>"$ledger"
exit "$code"
`

/** A seventh stands alone, others wait for one to three of those shortly before them, which makes all the shapes. */
export function chaosGraph(
  random: SeededRandom,
  count: number,
  options: { readonly failing: number },
): ChaosTask[] {
  const failing = new Set(Array.from({ length: options.failing }, () => random.int(0, count - 1)))
  return Array.from({ length: count }, (_, i): ChaosTask => ({
    id: `c${i}`,
    after: i === 0 || random.chance(1 / 7) ? [] : blockers(random, i),
    firstCode: failing.has(i) ? random.int(1, 120) : 0,
    sleepMs: random.int(20, 300),
  }))
}

function blockers(random: SeededRandom, i: number): string[] {
  const chosen = Array.from({ length: random.int(1, 3) }, () =>
    random.int(Math.max(0, i - 8), i - 1),
  )
  return [...new Set(chosen)].map((n) => `c${n}`)
}

export interface Stagehand {
  readonly ledger: string
  /** For `yard import`. */
  readonly graphFile: string
}

/** Writes the script, and a graph file that runs it. */
export function writeGraph(folder: string, locks: string, tasks: readonly ChaosTask[]): Stagehand {
  const script = join(folder, 'task.sh')
  const ledger = join(folder, 'ledger')
  const graphFile = join(folder, 'graph.json')
  writeFileSync(script, SCRIPT)
  writeFileSync(ledger, '')
  const nodes = tasks.map(({ id, after, firstCode, sleepMs }) => ({
    id,
    title: `chaos ${id}`,
    after,
    maxAttempts: MAX_ATTEMPTS,
    exec: `exec sh '${script}' '${ledger}' '${locks}' ${sleepMs / 1000} ${firstCode}`,
  }))
  writeFileSync(graphFile, JSON.stringify({ task: nodes }))
  return { ledger, graphFile }
}
