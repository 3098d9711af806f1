/** Figures and a picture of a yard: `yard stats`, `yard cost` and `yard viz`. */
import { ok } from '../../../base/result.ts'
import type { Costs } from '../../../contract/page.ts'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { dollarsText, durationText } from '../../../domain/format.ts'
import { dagOf, layersOf, longestChain } from '../../../domain/graph/dag.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import { defineCommand, option, printed, type Cli } from '../../spec/define.ts'
import { definedFields, whole } from '../../spec/values.ts'
import {
  between,
  bound,
  BOUND_NOTE,
  count,
  countOf,
  outcomeOf,
  paintState,
  signOf,
} from '../../text/format.ts'
import { oneLine, shorten, shownWidth } from '../../text/print.ts'

export const stats = defineCommand({
  handler: (cli) =>
    withYard(cli, async ({ client }) => {
      const [tasks, agents] = await Promise.all([
        client.task.list({ detail: 'card' }),
        client.agent.list({ which: 'all' }),
      ])
      return printed(cli, statsOf(tasks, agents), (numbers) => printNumbers(cli, numbers))
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
      byInstant(agents.map(({ startedAt }) => startedAt)).at(0) ?? null,
      byInstant(agents.map(({ endedAt }) => endedAt)).at(-1) ?? null,
    ),
  }
}

/** The upper of the two in the middle. */
const medianOf = (sorted: readonly number[]): number | null =>
  sorted[Math.floor(sorted.length / 2)] ?? null

const sumOf = (numbers: readonly (number | null | undefined)[]): number =>
  numbers.reduce<number>((sum, n) => sum + (n ?? 0), 0)

/** Not by the text: offsets may differ. */
const byInstant = (times: readonly (string | null)[]): string[] =>
  times.filter((time) => time !== null).toSorted((a, b) => Date.parse(a) - Date.parse(b))

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

const GROUPS = ['task', 'model', 'executor', 'purpose', 'day'] as const

export const cost = defineCommand({
  options: {
    by: option.oneOf('--by <group>', 'what is summed together (default: task)', GROUPS),
    since: option('--since <time>', 'from this time or day on, such as 2026-03-01'),
    limit: option('--limit <n>', 'at most so many rows', whole(1, 100_000)),
  },
  notes: [
    'COST and TRIES count questions to judges, too: --by purpose tells them from the work. NO PRICE counts tries that used tokens of unknown cost.',
    'Not counted here, and in no budget: tests of executors, CLIs that you pilot, and programs that do not say what they use (copilot, kimi, command, http).',
  ],
  examples: ['yard cost --by model --since 2026-03-01'],
  handler: (cli, filter) =>
    askYard(
      cli,
      (client) => client.page.cost(definedFields(filter)),
      (costs) => printCosts(cli, costs),
    ),
})

function printCosts({ print }: Cli, costs: Costs): void {
  const tokens = (n: number | null): string => (n === null ? '' : count(n))
  print.table(
    [costs.by.toUpperCase(), 'COST', 'IN', 'CACHED', 'OUT', 'TRIES', 'NO PRICE'],
    costs.rows.map((row) => [
      row.key ?? 'none',
      bound(row, costOf(row)),
      bound(row, tokens(row.inputTokens)),
      tokens(row.cachedTokens),
      bound(row, tokens(row.outputTokens)),
      count(row.tries),
      row.unpriced === 0 ? '' : count(row.unpriced),
    ]),
  )
  if (!costs.isWhole) print.line(`… the first ${count(costs.rows.length)}; --limit shows more`)
  print.line(`in all  ${totalText(costs.total)}`)
  if (costs.rows.some(({ registryUsd }) => registryUsd !== null))
    print.line('~ worked out from list prices, at least in part')
  if (costs.rows.some(({ atLeast }) => atLeast > 0)) print.line(BOUND_NOTE)
  for (const line of budgetLines(costs.budget)) print.line(line)
}

/** Unknown figures are left out: they are not zero. */
export function totalText({ costUsd, inputTokens, outputTokens, tries }: Costs['total']): string {
  return [
    costUsd === null ? 'no cost known' : dollarsText(costUsd),
    ...(inputTokens === null ? [] : [`${count(inputTokens)} in`]),
    ...(outputTokens === null ? [] : [`${count(outputTokens)} out`]),
    `${count(tries)} ${tries === 1 ? 'try' : 'tries'}`,
  ].join(', ')
}

/** Marked where list prices are part of it. */
const costOf = ({ costUsd, registryUsd }: Costs['rows'][number]): string =>
  costUsd === null ? '' : `${registryUsd === null ? '' : '~'}${dollarsText(costUsd)}`

export function budgetLines({ day, graph, graphSince }: Costs['budget']): string[] {
  const mark = ({ atLeast }: typeof day): string => (atLeast ? '≥' : '')
  const of = (spent: typeof day): string[] => [
    ...(spent.capUsd === null
      ? []
      : [`${mark(spent)}${dollarsText(spent.costUsd ?? 0)} of ${dollarsText(spent.capUsd)}`]),
    ...(spent.capTokens === null
      ? []
      : [`${mark(spent)}${count(spent.tokens ?? 0)} of ${count(spent.capTokens)} tokens`]),
  ]
  const since = graphSince === null ? '' : ` since ${graphSince}`
  return [
    ...of(day).map((text) => `today   ${text}`),
    ...of(graph).map((text) => `graph   ${text}${since}`),
  ]
}

export const viz = defineCommand({
  options: { criticalPath: option('--critical-path', 'only the longest chain of what is left') },
  handler: (cli, { criticalPath }) =>
    withYard(cli, async ({ client }) => {
      const tasks = await client.task.list({ detail: 'card' })
      const byId = new Map(tasks.map((task) => [task.id, task]))
      const cards = (ids: readonly string[]): TaskCard[] => ids.flatMap((id) => byId.get(id) ?? [])
      if (criticalPath) printChain(cli, cards(longestChain(dagOf(tasks.filter(isLeft)), () => [1])))
      else printLayers(cli, layersOf(dagOf(tasks)).map(cards))
      return ok(0)
    }),
})

const isLeft = ({ status }: TaskCard): boolean => status !== 'done' && status !== 'abandoned'

function printChain({ print }: Cli, chain: readonly TaskCard[]): void {
  print.result(
    chain.map(({ id, title, state }) => ({ id, title, state })),
    () => {
      if (chain.length === 0) return print.progress('nothing is left to do')
      for (const [index, task] of chain.entries())
        print.line(`${index === 0 ? '' : '└▶ '}${nodeOf(print, task)}  ${oneLine(task.title)}`)
      print.line(`\n${chain.length} in a row`)
    },
  )
}

function printLayers({ print }: Cli, layers: readonly (readonly TaskCard[])[]): void {
  print.result(
    layers.map((layer) =>
      layer.map(({ id, title, state, after }) => ({ id, title, state, after })),
    ),
    () => {
      if (layers.length === 0) return print.progress('no tasks')
      const width = Math.max(...layers.flat().map((task) => shownWidth(task.id)))
      for (const [index, layer] of layers.entries()) {
        if (index > 0) print.line(print.paint('dim', '  │'))
        for (const task of layer) print.line(layerLine(print, task, width))
      }
    },
  )
}

function layerLine(print: Cli['print'], task: TaskCard, width: number): string {
  const gap = ' '.repeat(Math.max(0, width - shownWidth(task.id)))
  const after = task.after.length === 0 ? '' : `  ◀ ${task.after.join(', ')}`
  const title = oneLine(task.title)
  const text =
    print.columns === null ? title : shorten(title, Math.max(20, print.columns - width - 30))
  return `  ${nodeOf(print, task)}${gap}  ${text}${print.paint('dim', after)}`
}

const nodeOf = (print: Cli['print'], { id, state }: TaskCard): string =>
  paintState(print, state, `${signOf(state)} ${id}`)
