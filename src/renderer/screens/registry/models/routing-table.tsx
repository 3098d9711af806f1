/** What past tries have shown of each executor and model, kind by kind; nothing where nothing is chosen and nothing known. */
import type { KindRouting } from '../../../../contract/routing.ts'
import { durationText } from '../../../../domain/format.ts'
import { useAnswer } from '../../../model/use-answer.ts'
import { DataTable, type DataColumn } from '../../../ui/data-table.tsx'
import { countText, moneyText } from '../../../ui/format.ts'

/** ms; tries end seldom. */
const ASK_EVERY = 30_000

export function RoutingTables() {
  const routing = useAnswer(({ service }) => service.routing({}), { everyMs: ASK_EVERY })
  const kinds = (routing.value ?? []).filter(({ learns, chosen }) => learns || chosen > 0)
  if (kinds.length === 0) return null
  return (
    <section className="routing" aria-label="Routing">
      <h2>Routing</h2>
      <p className="text-12 text-text-2">
        What past tries have shown. Tasks that name neither executor nor model go to what is best as
        far as known; a share of them is tried elsewhere to learn.
      </p>
      {kinds.map((kind) => (
        <Kind key={kind.kind} kind={kind} />
      ))}
    </section>
  )
}

type Arm = KindRouting['arms'][number]

function Kind({ kind }: { readonly kind: KindRouting }) {
  const columns: readonly DataColumn<Arm>[] = [
    ['Executor, model', ({ arm }) => <Name arm={arm} kind={kind} />, { isRowHead: true }],
    [
      'Tries',
      ({ n, learning }) => `${countText(n)}${learning ? ', learning' : ''}`,
      { className: 'num' },
    ],
    ['Score', scoreText, { className: 'num', sortBy: 'score' }],
    ['Cost', ({ costUsd }) => moneyText(costUsd), { className: 'num', sortBy: 'costUsd' }],
    [
      'Time',
      ({ hours }) => durationText(hours * HOUR_MS),
      { className: 'num', sortBy: 'hours', spare: 'last' },
    ],
    [
      'Chance now',
      ({ chance }) => percentText(chance),
      { className: 'num', sortBy: 'chance', headTip: 'That the next task of this kind goes there' },
    ],
  ]
  return (
    <>
      <h3>
        {kind.kind} <span className="text-text-3">{factsOf(kind)}</span>
      </h3>
      <DataTable
        label={`Routing of ${kind.kind} tasks`}
        className="registry-table"
        columns={columns}
        rows={kind.arms}
        keyOf={({ arm }) => arm}
      />
    </>
  )
}

const HOUR_MS = 3_600_000

const Name = ({ arm, kind }: { readonly arm: string; readonly kind: KindRouting }) => (
  <>
    {arm}{' '}
    <span className="text-text-3">
      {[
        arm === kind.incumbent && 'best as far as known',
        arm === kind.today && 'where the settings send it',
      ]
        .filter(Boolean)
        .join(', ')}
    </span>
  </>
)

const scoreText = ({ score, sd }: Arm): string =>
  `${score.toFixed(2)} ± ${sd.toFixed(2).replace(/^0/, '')}`

const percentText = (share: number): string => `${Math.round(100 * share)} %`

/** What exploring has cost in tasks, and what choosing has saved. */
export function factsOf({ chosen, explored, exploredShare, saving }: KindRouting): string {
  const share =
    exploredShare === null
      ? 'none chosen for yet'
      : `explored ${countText(explored)} of ${countText(chosen)} (${percentText(exploredShare)})`
  if (saving === null) return share
  const range = `${signedText(saving.low)} to ${signedText(saving.high)} with 90 %`
  return `${share}, saved about ${signedText(saving.usd)} against ${saving.against}, ${range}`
}

const signedText = (usd: number): string =>
  `${usd < 0 ? '−' : ''}${moneyText(Math.abs(Number(usd.toFixed(2))))}`
