/** What the processes themselves noted, checked against what the yard believes. Each sentence is a promise that was broken. */
import type { Agent } from '../../src/domain/agent.ts'
import type { ChaosTask } from './chaos-graph.ts'

export interface Note {
  readonly kind: 'start' | 'end' | 'twin'
  readonly task: string
  readonly generation: number
  readonly pid: number
  readonly code: number
}

export interface Believed {
  readonly agents: readonly Agent[]
  readonly doneTasks: ReadonlySet<string>
}

export function parseLedger(text: string): Note[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [kind, task = '', generation, pid, code] = line.split(' ')
      if (kind !== 'start' && kind !== 'end' && kind !== 'twin')
        throw new Error(`the ledger holds a broken line: ${line}`)
      return { kind, task, generation: Number(generation), pid: Number(pid), code: Number(code) }
    })
}

export function brokenPromises(
  tasks: readonly ChaosTask[],
  notes: readonly Note[],
  believed: Believed,
): string[] {
  return [
    ...tasks.filter(({ id }) => !believed.doneTasks.has(id)).map(({ id }) => `${id} is not done`),
    ...notes.filter(({ kind }) => kind === 'twin').map((n) => `${nameOf(n)} met a living twin`),
    ...doubleStarts(notes),
    ...earlyStarts(tasks, notes),
    ...falseEnds(notes, believed.agents),
    ...believed.agents
      .filter(({ state }) => state.kind !== 'ended')
      .map((a) => `${a.id} never ended`),
  ]
}

const nameOf = ({ task, generation }: Pick<Note, 'task' | 'generation'>): string =>
  `${task}#${generation}`

function doubleStarts(notes: readonly Note[]): string[] {
  const started = new Set<string>()
  const broken: string[] = []
  for (const note of notes) {
    if (note.kind !== 'start') continue
    if (started.has(nameOf(note))) broken.push(`${nameOf(note)} was started twice`)
    started.add(nameOf(note))
  }
  return broken
}

/** Nobody starts before all that it waits for has ended well. */
function earlyStarts(tasks: readonly ChaosTask[], notes: readonly Note[]): string[] {
  const blockers = new Map(tasks.map(({ id, after }) => [id, after]))
  const endedWell = new Set<string>()
  const broken: string[] = []
  for (const note of notes) {
    if (note.kind === 'end' && note.code === 0) endedWell.add(note.task)
    if (note.kind !== 'start') continue
    for (const blocker of blockers.get(note.task) ?? [])
      if (!endedWell.has(blocker))
        broken.push(`${nameOf(note)} started before ${blocker} had ended`)
  }
  return broken
}

/** Exit codes are true, and what counts as done has really run to its end, once. */
function falseEnds(notes: readonly Note[], agents: readonly Agent[]): string[] {
  const ends = new Map(notes.filter(({ kind }) => kind === 'end').map((n) => [nameOf(n), n.code]))
  const done = new Set<string>()
  return agents.flatMap((agent) => {
    const name = nameOf({ task: agent.taskId, generation: agent.generation })
    const code = ends.get(name)
    const broken = isFalseCode(agent, code)
      ? [`${name}: exit ${code}, noted ${agent.exitCode}`]
      : []
    if (agent.state.kind !== 'ended' || agent.state.outcome !== 'done') return broken
    if (code !== 0) broken.push(`${name} counts as done and did not end well`)
    if (done.has(agent.taskId)) broken.push(`${agent.taskId} was done twice`)
    done.add(agent.taskId)
    return broken
  })
}

/** One that was killed after its last note has the signal's code, or none when nobody was left to write it down. */
const isFalseCode = ({ exitCode }: Agent, code: number | undefined): boolean =>
  code !== undefined && exitCode !== null && exitCode <= 128 && exitCode !== code
