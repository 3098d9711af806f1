/** An owner is killed while a thousand agents live; how long the next one takes until it holds them all, and whether it waits for that. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { builtLauncher, makeYardFolder, type YardFolder } from './bench-yard.ts'
import type { OwnerReport } from './restart-owner.ts'
import { median } from './measure.ts'
import type { Bench } from './report.ts'

const TURNS = 3
/** Tasks that the next owner has room for besides. */
const MORE = 8
/** With them a thousand, which is as many as one owner may run. */
const LIVING = 1000 - MORE * TURNS

export const restart: Bench = {
  name: 'restart',
  about: `an owner is killed while ${LIVING} \`sleep\` agents live, ${TURNS} times; the next one holds them all before it starts more`,
  async run() {
    const folder = { ...(await makeYardFolder()), launcher: await builtLauncher() }
    let owner = startOwner(folder, LIVING, LIVING + MORE * TURNS)
    try {
      await owner.report()
      let living = await owner.report()
      const turns: Turn[] = []
      for (let turn = 1; turn <= TURNS; turn += 1) {
        owner.child.kill('SIGKILL')
        await owner.exit
        owner = startOwner(folder, LIVING + MORE * turn, 0)
        const opened = await owner.report()
        turns.push(compare(living.pids, opened))
        living = await owner.report()
      }
      return [
        {
          what: `from openYard until ${LIVING} agents are held (median of ${TURNS})`,
          value: median(turns.map(({ openMs }) => openMs)),
          unit: 'ms',
          target: { max: 2000 },
        },
        { what: 'not held then', value: most(turns, 'lost'), unit: '', target: { max: 0 } },
        { what: 'launched before that', value: most(turns, 'early'), unit: '', target: { max: 0 } },
      ]
    } finally {
      owner.child.kill('SIGKILL')
      await owner.exit
      // One without room for any, which ends them all.
      owner = startOwner(folder, 0, 0)
      owner.child.stdin?.end()
      await owner.exit
      folder.remove()
    }
  },
}

interface Turn {
  readonly openMs: number
  readonly lost: number
  readonly early: number
}

/** What was a process before must be the same process now, and nothing else may be there yet. */
function compare(before: OwnerReport['pids'], { openMs, pids }: OwnerReport): Turn {
  const lost = Object.entries(before).filter(([id, pid]) => pids[id] !== pid).length
  const early = Object.keys(pids).filter((id) => before[id] === undefined).length
  return { openMs, lost, early }
}

const most = (turns: readonly Turn[], what: 'lost' | 'early'): number =>
  Math.max(...turns.map((turn) => turn[what]))

type Place = YardFolder & { readonly launcher: string }

interface Owner {
  readonly child: ChildProcess
  readonly exit: Promise<unknown>
  /** The next line that it says: first that the yard is open, then that all its room is taken. */
  report(): Promise<OwnerReport>
}

function startOwner({ paths, env, launcher }: Place, room: number, tasks: number): Owner {
  const entry = join(import.meta.dirname, 'restart-owner.ts')
  const words = [entry, paths.root, String(room), String(tasks), launcher]
  const child = spawn(process.execPath, words, {
    env: { ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    child,
    exit,
    async report() {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the owner said nothing more')
      return JSON.parse(value) as OwnerReport
    },
  }
}
