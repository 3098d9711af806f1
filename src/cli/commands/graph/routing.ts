/** `yard routing`: what was learned of the ways to run a task, and what choosing among them has saved. */
import { ok } from '../../../base/result.ts'
import type { Answers } from '../../../contract/contract.ts'
import type { KindRouting } from '../../../contract/routing.ts'
import { dollarsText, durationText } from '../../../domain/format.ts'
import { withYard } from '../../connect/connect.ts'
import { defineCommand, option, printed, type Cli } from '../../spec/define.ts'
import { definedFields } from '../../spec/values.ts'
import { count } from '../../text/format.ts'

export const routing = defineCommand({
  options: { kind: option('--kind <kind>', 'only tasks of this kind') },
  notes: [
    'An arm is an executor with a model. Every ended try of it counts: with its score, a failure of its own with 0; what its provider or a person ended counts for nothing. Older tries weigh less and less.',
    'Tasks that name neither executor nor model are chosen for where `routing.learn` is true and `routing.arms` names arms. Until an arm has 20 tries of a kind its figures are those of its other kinds and its tier: it says "learning".',
    'The saving is an estimate: in dollars of what you value (`routing.point_usd`, `routing.hour_usd`), against sending all of these tasks where the settings alone do.',
  ],
  examples: ['yard routing', 'yard routing --kind docs --json'],
  handler: (cli, { kind }) =>
    withYard(cli, async ({ client }) => {
      const kinds = await client.service.routing(definedFields({ kind }))
      if (cli.print.isJson) return printed(cli, kinds, () => {})
      printRouting(cli, kinds, whyNotOf(await client.service.config()))
      return ok(0)
    }),
})

/** Why nothing is chosen, which is no fault; null = it is. */
function whyNotOf(config: Answers['service']['config']): string | null {
  const valueOf = (name: string): unknown => config.find(({ key }) => key === name)?.value
  if (valueOf('routing.learn') !== true)
    return 'learning is off: yard config routing.learn true turns it on'
  const arms = valueOf('routing.arms')
  return Array.isArray(arms) && arms.length > 0
    ? null
    : 'learning has no choice: routing.arms names no arm'
}

export function printRouting(
  { print }: Pick<Cli, 'print'>,
  kinds: readonly KindRouting[],
  whyNot: string | null,
): void {
  if (whyNot !== null) print.line(whyNot)
  if (kinds.length === 0) print.line('no try of a model has ended yet')
  for (const view of kinds) {
    print.line(`${view.kind}  ${shareText(view)}${savingText(view)}`)
    print.table(
      ['', 'ARM', 'TRIES', 'SCORE', 'COST', 'TIME', 'CHANCE'],
      view.arms.map((arm) => [
        arm.arm === view.incumbent ? '*' : '',
        arm.arm,
        `${count(arm.n)}${arm.learning ? ' learning' : ''}`,
        `${arm.score.toFixed(2)} ± ${arm.sd.toFixed(2).replace(/^0/, '')}`,
        arm.costUsd === null ? '-' : dollarsText(arm.costUsd),
        durationText(arm.hours * 3_600_000),
        percent(arm.chance),
      ]),
    )
  }
}

const shareText = ({ chosen, explored, exploredShare }: KindRouting): string =>
  exploredShare === null
    ? 'none chosen for yet'
    : `explored ${count(explored)} of ${count(chosen)} (${percent(exploredShare)})`

function savingText({ saving, learns }: KindRouting): string {
  if (saving === null) return learns ? '; too little is known of what that saved' : ''
  const range = `90 %: ${signed(saving.low)} to ${signed(saving.high)}`
  return `; saved ${signed(saving.usd)} against ${saving.against} (${range})`
}

const percent = (share: number): string => `${Math.round(100 * share)} %`
const signed = (usd: number): string =>
  usd < 0 ? `-${dollarsText(Number((-usd).toFixed(2)))}` : dollarsText(Number(usd.toFixed(2)))
