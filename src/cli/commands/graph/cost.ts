/** What was spent, by task, model, executor or day. */
import { ok } from '../../../base/result.ts'
import type { Costs } from '../../../contract/page.ts'
import { dollarsText } from '../../../domain/format.ts'
import { withYard } from '../../connect/with-yard.ts'
import { defineCommand, option, type Cli } from '../../spec/define.ts'
import { definedFields, whole } from '../../spec/values.ts'
import { bound, BOUND_NOTE, count } from '../../text/format.ts'

export const cost = defineCommand({
  options: {
    by: option.oneOf('--by <group>', 'what is summed together (default: task)', [
      'task',
      'model',
      'executor',
      'day',
    ]),
    since: option('--since <time>', 'from this moment or day on, such as 2026-03-01'),
    limit: option('--limit <n>', 'at most so many rows', whole(1, 100_000)),
  },
  notes: [
    'NO PRICE counts tries that used tokens of unknown cost.',
    'Not counted here, and in no budget: tests of executors, CLIs that you pilot, and programs that do not say what they use (copilot, kimi, command, http).',
  ],
  examples: ['yard cost --by model --since 2026-03-01'],
  handler: (cli, filter) =>
    withYard(cli, async ({ client }) => {
      const costs = await client.page.cost(definedFields(filter))
      cli.print.result(costs, () => printCosts(cli, costs))
      return ok(0)
    }),
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
