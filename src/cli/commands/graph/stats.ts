/** Numbers of a yard: how many tasks, agents, tries, how long, and what they used. */
import { ok } from '../../../base/result.ts'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { dollarsText, durationText } from '../../../domain/format.ts'
import { withYard } from '../../connect/with-yard.ts'
import { defineCommand, type Cli } from '../../spec/define.ts'
import { BOUND_NOTE, between, bound, count, outcomeOf } from '../../text/format.ts'

export const stats = defineCommand({
  handler: (cli) =>
    withYard(cli, async ({ client }) => {
      const [tasks, agents] = await Promise.all([
        client.task.list({ detail: 'card' }),
        client.agent.list({ which: 'all' }),
      ])
      const numbers = statsOf(tasks, agents)
      cli.print.result(numbers, () => printNumbers(cli, numbers))
      return ok(0)
    }),
})

export interface Stats {
  readonly tasks: { readonly total: number; readonly states: Record<string, number> }
  readonly agents: {
    readonly total: number
    readonly alive: number
    readonly outcomes: Record<string, number>
    readonly executors: Record<string, number>
  }
  /** Of agents that have ended; ms, null when there are none. */
  readonly durationMs: {
    readonly total: number
    readonly mean: number | null
    readonly median: number | null
    readonly longest: number | null
  }
  /** Null = the cost of none of it is known. */
  readonly tokens: {
    readonly input: number
    readonly output: number
    readonly costUsd: number | null
    /** Agents that ended before they reported all that they used: then these are lower bounds. */
    readonly atLeast: number
  }
  /** From the first start to the last end; null before that. */
  readonly elapsedMs: number | null
}

export function statsOf(tasks: readonly TaskCard[], agents: readonly AgentView[]): Stats {
  const durations = agents
    .map(({ startedAt, endedAt }) => between(startedAt, endedAt))
    .filter((ms) => ms !== null)
    .toSorted((a, b) => a - b)
  const total = durations.reduce((sum, ms) => sum + ms, 0)
  return {
    tasks: { total: tasks.length, states: countOf(tasks.map(({ state }) => state)) },
    agents: {
      total: agents.length,
      alive: agents.filter(({ status }) => status !== 'ended').length,
      outcomes: countOf(agents.filter(({ status }) => status === 'ended').map(outcomeOf)),
      executors: countOf(agents.map(({ executor }) => executor)),
    },
    durationMs: {
      total,
      mean: durations.length === 0 ? null : Math.round(total / durations.length),
      median: medianOf(durations),
      longest: durations.at(-1) ?? null,
    },
    tokens: {
      input: sumOf(agents.map(({ usage }) => usage?.inputTokens)),
      output: sumOf(agents.map(({ usage }) => usage?.outputTokens)),
      costUsd: agents.every(({ usage }) => usage?.costUsd == null)
        ? null
        : sumOf(agents.map(({ usage }) => usage?.costUsd)),
      atLeast: agents.filter(({ usage }) => usage?.atLeast).length,
    },
    elapsedMs: between(
      extreme(
        agents.map(({ startedAt }) => startedAt),
        'first',
      ),
      extreme(
        agents.map(({ endedAt }) => endedAt),
        'last',
      ),
    ),
  }
}

function countOf(words: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries(counts)
}

/** The upper of the two in the middle. */
const medianOf = (sorted: readonly number[]): number | null =>
  sorted[Math.floor(sorted.length / 2)] ?? null

const sumOf = (numbers: readonly (number | null | undefined)[]): number =>
  numbers.reduce<number>((sum, n) => sum + (n ?? 0), 0)

/** By the moment, not by the text: offsets may differ. */
function extreme(times: readonly (string | null)[], which: 'first' | 'last'): string | null {
  const known = times.filter((time) => time !== null)
  return known.reduce<string | null>((best, time) => {
    if (best === null) return time
    const isEarlier = new Date(time).getTime() < new Date(best).getTime()
    return isEarlier === (which === 'first') ? time : best
  }, null)
}

export function printNumbers(
  { print }: Pick<Cli, 'print'>,
  { tasks, agents, durationMs, tokens, elapsedMs }: Stats,
): void {
  const words = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([word, n]) => `${count(n)} ${word}`)
      .join(', ')
  print.line(`tasks      ${count(tasks.total)}  ${words(tasks.states)}`)
  print.line(`agents     ${count(agents.total)}  ${words(agents.outcomes)}`)
  print.line(`executors  ${words(agents.executors) || 'none yet'}`)
  if (elapsedMs !== null) print.line(`elapsed    ${durationText(elapsedMs)}`)
  if (durationMs.mean !== null && durationMs.median !== null && durationMs.longest !== null)
    print.line(
      `an agent   ${durationText(durationMs.mean)} on average, ${durationText(durationMs.median)} median, ` +
        `${durationText(durationMs.longest)} at most; ${durationText(durationMs.total)} in all`,
    )
  if (tokens.input + tokens.output === 0) return
  const figures = [
    `${count(tokens.input)} in`,
    `${count(tokens.output)} out`,
    ...(tokens.costUsd === null ? [] : [dollarsText(tokens.costUsd)]),
  ]
  print.line(`tokens     ${figures.map((figure) => bound(tokens, figure)).join(', ')}`)
  if (tokens.atLeast > 0) print.line(BOUND_NOTE)
}
