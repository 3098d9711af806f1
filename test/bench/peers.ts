/** The same graphs in make and ninja, which keep no journal, no output and no result, and are lost when they are killed. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewTask } from '../../src/domain/task.ts'

export interface Peer {
  readonly name: 'make' | 'ninja'
  readonly file: string
  readonly args: readonly string[]
  lines(tasks: Iterable<NewTask>): Generator<string>
}

/** A line with a colon goes through the shell, as a task's does: make would run a bare `true` by itself. */
const shellLine = ({ exec }: NewTask): string => (exec === 'true' ? 'true; :' : (exec ?? ''))

const make: Peer = {
  name: 'make',
  file: 'Makefile',
  args: ['-j4', '-s'],
  *lines(tasks) {
    // The first target is the goal. To name its prerequisites one line each costs make the square of their number.
    yield 'all: everything\n'
    const ids: (string | undefined)[] = []
    for (const task of tasks) {
      ids.push(task.id)
      const rule = `${task.id}: ${(task.after ?? []).join(' ')}`
      yield task.exec === undefined ? `${rule} ;\n` : `${rule}\n\t@${shellLine(task)}\n`
    }
    yield `everything: ${ids.join(' ')}\n`
  },
}

const ninja: Peer = {
  name: 'ninja',
  file: 'build.ninja',
  args: ['-j4', '--quiet'],
  *lines(tasks) {
    yield 'rule run\n  command = $line\n'
    for (const task of tasks) {
      const isBare = task.exec === undefined
      yield `build ${task.id}: ${isBare ? 'phony' : 'run'} ${(task.after ?? []).join(' ')}\n`
      if (!isBare) yield `  line = ${shellLine(task)}\n`
    }
  },
}

/** Those that this machine has; the others are named on stderr. */
export const installedPeers = (): readonly Peer[] =>
  [make, ninja].filter(({ name }) => {
    const { status } = spawnSync(name, ['--version'], { stdio: 'ignore' })
    if (status !== 0) console.error(`${name} is not installed: its lines are left out`)
    return status === 0
  })

/** Carries the graph out, at most four at once, and gives ms. Tasks without `exec` are carried out by no process. */
export function runPeer(peer: Peer, tasks: Iterable<NewTask>): number {
  return inFolder((folder) => runIn(folder, peer, tasks))
}

/** From the line that one link of a chain prints to the line of the next, ms: a little more than the wait. */
export function peerWaits(peer: Peer, length: number): number[] {
  return inFolder((folder) => {
    runIn(folder, peer, chain(length))
    const times = Array.from({ length }, (_, i) =>
      Number(readFileSync(join(folder, `t${i}`), 'utf8')),
    )
    return times.slice(1).map((at, i) => (at - (times[i] ?? Number.NaN)) / 1e6)
  })
}

function* chain(length: number): Generator<NewTask> {
  for (let i = 0; i < length; i += 1) {
    const id = `t${i}` as NewTask['id'] & string
    const after = i === 0 ? [] : [`t${i - 1}` as typeof id]
    yield { id, title: id, exec: `exec date +%s%N > ${id}`, after }
  }
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'yard-bench-peer-'))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function runIn(folder: string, { name, file, args, lines }: Peer, tasks: Iterable<NewTask>) {
  const descriptor = openSync(join(folder, file), 'w')
  let pending: string[] = []
  const flush = (): void => {
    writeSync(descriptor, pending.join(''))
    pending = []
  }
  for (const line of lines(tasks)) if (pending.push(line) > 10_000) flush()
  flush()
  closeSync(descriptor)
  const from = performance.now()
  const { status, error } = spawnSync(name, [...args, '-C', folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const took = performance.now() - from
  if (status !== 0) throw error ?? new Error(`${name} ended with ${status}`)
  return took
}
