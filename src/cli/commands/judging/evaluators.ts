/** `yard evaluators`: who judges, how far from people, and whether they may gate anything. */
import { createInterface } from 'node:readline/promises'
import { err, ok } from '../../../base/result.ts'
import type { Evaluator } from '../../../contract/judging.ts'
import { dollarsText } from '../../../domain/format.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { withYard, type Connection } from '../../connect/connect.ts'
import { judgementEnd } from '../../connect/judgement-end.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  option,
  printed,
  type Cli,
} from '../../spec/define.ts'
import { askLine } from '../../text/ask.ts'
import { clock } from '../../text/format.ts'

const check = defineSubcommand({
  name: 'check',
  summary: 'asks a judge 16 results that a person has scored already',
  arguments: {
    name: argument('[name]', 'EXECUTOR or EXECUTOR/MODEL; without it who would judge now'),
  },
  options: { yes: option('--yes', 'asks without confirming the price') },
  notes: [
    'It says how many calls that is, and about what they cost, and asks. A judge that scores the bad half more than 0.10 too high on average, or all of them more than 0.15 off, is flagged: its scores gate nothing.',
    'Exit code: 0 measured, 1 flagged or unanswered.',
  ],
  examples: ['yard evaluators check', 'yard evaluators check claude/sonnet --yes'],
  handler: (cli, { name, yes }) =>
    withYard(cli, async (yard) => {
      const wish = name === undefined ? {} : { name }
      const refusal = yes ? null : await refusalOf(cli, yard, wish)
      if (refusal === 'declined') {
        cli.print.progress('nobody was asked')
        return ok(1)
      }
      if (refusal !== null) return err(refusal)
      if (yard.owner === null)
        return err(
          failure('not-running', 'no coordinator runs, so nobody would ask', {
            hint: 'yard service start, then check again',
          }),
        )
      const judge = await measured(cli, yard, wish)
      if (!judge?.canaries || judge.partial)
        return err(
          failure('no-judge', `${partText(judge?.partial)}, which measures nothing`, {
            hint: 'yard judgements says why each is unanswered',
          }),
        )
      cli.print.result(judge, () => printAll(cli, [judge]))
      return ok(judge.flag === null ? 0 : 1)
    }),
})

interface Wish {
  readonly name?: string
}

/** Null when a person has agreed to the price. */
async function refusalOf(
  cli: Cli,
  yard: Connection,
  wish: Wish,
): Promise<Failure | 'declined' | null> {
  const refusal = await priceOf(yard, wish)
  const isPrice = refusal.kind === 'bad-request' && refusal.facts?.['calls'] !== undefined
  if (!isPrice || cli.print.isJson || cli.machine.stdin.isTTY !== true) return refusal
  return (await confirms(cli, refusal.message)) ? null : 'declined'
}

/** Asks, and waits for the last answer. */
async function measured(
  cli: Cli,
  { client }: Connection,
  wish: Wish,
): Promise<Evaluator | undefined> {
  const asked = await client.evaluator.check({ ...wish, confirm: true, commandId: cli.commandId })
  const told = new Set<string>()
  for (const [nth, id] of asked.judgements.entries()) {
    cli.print.progress(`asking ${nth + 1} of ${asked.judgements.length}`)
    await judgementEnd(cli.print, client, id, told)
  }
  const all = await client.evaluator.list()
  return all.find(({ executor, model }) => executor === asked.executor && model === asked.model)
}

/** What it would cost, as the refusal of a check that nobody has confirmed. */
async function priceOf({ client }: Connection, wish: Wish): Promise<Failure> {
  try {
    await client.evaluator.check({ ...wish, confirm: false })
    return failure('internal', 'the check was not refused')
  } catch (error) {
    return failureFromError(error)
  }
}

async function confirms({ machine }: Cli, price: string): Promise<boolean> {
  const terminal = createInterface({ input: machine.stdin, output: machine.stderr })
  try {
    return /^y(es)?$/i.test((await askLine(terminal, `${price}. Ask them? [y/N] `)) ?? '')
  } finally {
    terminal.close()
  }
}

export const evaluators = defineCommand({
  notes: [
    'Per executor, model and version of the question. CANARIES: when it was last asked the 16 results that a person has scored beforehand. GOOD, BAD: mean of judge − person on either half of them; BAD above 0.10 is lenient. OFF BY: mean distance on all of them.',
    'PEOPLE: blind audits (yard evaluations audit); fewer than 20 say little. Each figure of PEOPLE stands with its 90 % interval.',
    'BIAS: mean of judge − person, above 0 is lenient. MAE: mean distance from people. RHO: rank correlation. KAPPA: agreement on five bins, weighted.',
  ],
  examples: ['yard evaluators', 'yard evaluators --json'],
  subcommands: [check],
  handler: (cli) =>
    withYard(cli, async ({ client }) => {
      const list = await client.evaluator.list()
      return printed(cli, list, () => printAll(cli, list))
    }),
})

function printAll({ print }: Cli, list: readonly Evaluator[]): void {
  if (list.length === 0) return print.progress('nobody was asked to judge yet')
  print.table(
    [
      ...['JUDGE', 'PROMPT', 'ASKED', 'UNANSWERED', 'PRICE'],
      ...['CANARIES', 'GOOD', 'BAD', 'OFF BY', 'PEOPLE', 'BIAS', 'MAE', 'RHO', 'KAPPA', 'FLAG'],
    ],
    list.map((judge) => [
      judge.model === null ? judge.executor : `${judge.executor}/${judge.model}`,
      judge.prompt,
      String(judge.asked),
      judge.unansweredShare === null ? '' : `${Math.round(judge.unansweredShare * 100)} %`,
      judge.meanCostUsd === null ? '' : dollarsText(judge.meanCostUsd),
      ...canaryCells(judge),
      ...peopleCells(judge),
      judge.flag?.text ?? '',
    ]),
  )
}

const partText = (partial: Evaluator['partial'] | undefined): string =>
  partial ? `it came to ${partial.n} of 16` : 'it came to none of them'

const fixed = (value: number): string => value.toFixed(2).replace('-', '−')
const signed = (value: number | null): string =>
  value === null ? '' : `${value >= 0 ? '+' : ''}${fixed(value)}`

function canaryCells({ canaries, partial }: Evaluator): string[] {
  const part = partial ? `${partial.n} of 16 at ${clock(partial.at)}` : null
  if (canaries === null) return [part ?? 'never', '', '', '']
  const { at, biasGood, biasBad, mae } = canaries
  const when = part === null ? clock(at) : `${clock(at)}, then ${part}`
  return [when, signed(biasGood), signed(biasBad), mae === null ? '' : mae.toFixed(2)]
}

function peopleCells({ people }: Evaluator): string[] {
  const { n, isFew, bias, mae, spearman, kappa } = people
  const figures = [bias, mae, spearman, kappa].map((figure) => {
    if (figure === null) return ''
    const interval = ` [${fixed(figure.low)}, ${fixed(figure.high)}]`
    // One alone spreads over nothing.
    return `${fixed(figure.value)}${n < 2 ? '' : interval}`
  })
  return [`${n}${isFew && n > 0 ? ' (few)' : ''}`, ...figures]
}
