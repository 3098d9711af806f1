/** Many processes change one yard at once, through the command line. What any of them was told is done must be there. */
import { makeYardFolder, openBenchYard, type YardFolder } from '../bench/bench-yard.ts'
import { yard, type CommandPlace } from '../chaos/yard-command.ts'

export interface RaceOptions {
  readonly processes: number
  /** Mutations of each process, one after the other. */
  readonly each: number
  readonly withService: boolean
}

export interface RaceOutcome {
  readonly mutations: number
  /** What commands said that failed. */
  readonly refused: readonly string[]
  /** Mutations that were confirmed and are not there. */
  readonly lost: readonly string[]
  readonly hasGaps: boolean
}

/** A person's own processes, so nothing of a surrounding agent. */
export const placeOf = ({ paths, env }: YardFolder): CommandPlace => ({
  root: paths.root,
  env: { ...env, YARD_DEV: '1' },
})

export async function raceMutations(options: RaceOptions): Promise<RaceOutcome> {
  const folder = await makeYardFolder('[coordinator]\nmax_agents = 0\n')
  const place = placeOf(folder)
  try {
    if (options.withService) await must(place, 'service', 'start')
    const results = await Promise.all(
      Array.from({ length: options.processes }, (_, p) => mutate(place, `p${p}`, options.each)),
    )
    if (options.withService) await must(place, 'service', 'stop')
    const found = await whatIsThere(folder)
    const confirmed = results.flatMap(({ done }) => done)
    return {
      mutations: options.processes * options.each,
      refused: results.flatMap(({ refused }) => refused),
      lost: confirmed.filter((mark) => !found.marks.has(mark)),
      hasGaps: found.hasGaps,
    }
  } finally {
    if (options.withService) await yard(place, 'service', 'stop')
    folder.remove()
  }
}

/** Every third mutation writes a log line, the others add a task behind the one before. */
async function mutate(
  place: CommandPlace,
  name: string,
  count: number,
): Promise<{ done: string[]; refused: string[] }> {
  const done: string[] = []
  const refused: string[] = []
  let last: string | null = null
  for (let i = 0; i < count; i += 1) {
    const mark = `${name}-${i}`
    const behind = last === null ? [] : ['--after', last]
    const words =
      last !== null && i % 3 === 2
        ? ['log', last, mark]
        : ['add', `task ${mark}`, '--id', mark, '--exec', 'true', ...behind]
    const { code, stderr } = await yard(place, ...words)
    if (code === 0) done.push(mark)
    else refused.push(`${words[0]} ${mark}: ${stderr.trim()}`)
    if (code === 0 && words[0] === 'add') last = mark
  }
  return { done, refused }
}

async function whatIsThere(folder: YardFolder): Promise<{ marks: Set<string>; hasGaps: boolean }> {
  const opened = await openBenchYard(folder, { runsAgents: false })
  try {
    const ids = [...opened.plan.tasks.keys()]
    const lines = ids.flatMap((id) => opened.store.logOf(id).map(({ text }) => text))
    const seqs = opened.store.journal(0, 1_000_000).map(({ seq }) => seq)
    return { marks: new Set([...ids, ...lines]), hasGaps: seqs.some((seq, i) => seq !== i + 1) }
  } finally {
    await opened.close()
  }
}

async function must(place: CommandPlace, ...words: string[]): Promise<void> {
  const { code, stderr } = await yard(place, ...words)
  if (code !== 0) throw new Error(`yard ${words.join(' ')}: ${stderr}`)
}
