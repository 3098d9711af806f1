/** Who judges, and how far each agrees with people. */
import type { Evaluator } from '../../../contract/judging.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { CopyText } from '../../components/copy-text.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { countText, moneyText } from '../../ui/format.ts'

export function Judges({ stand }: { readonly stand: string }) {
  const { value, problem, askAgain } = useAnswer(({ evaluator }) => evaluator.list(), {
    key: stand,
  })
  if (value?.length === 0) return null
  return (
    <section className="card evaluation-judges" aria-label="Agreement with people">
      <header>
        <h2>Agreement with people</h2>
        <span>each with its 90 % interval, of blind audits</span>
      </header>
      <ProblemNote problem={problem} onClose={askAgain} />
      {value && (
        <div className="evaluation-scroll" tabIndex={0} role="region" aria-label="Judges, table">
          <DataTable
            label="Agreement of judges with people"
            columns={COLUMNS}
            rows={value}
            keyOf={(row) => `${nameOf(row)} ${row.prompt}`}
            rowProps={({ people }) => ({ 'data-few': people.isFew || undefined })}
          />
        </div>
      )}
      <p className="evaluation-hint">
        An audit hides the score until you gave yours. In a terminal:{' '}
        <CopyText text="yard evaluations audit 5" />
      </p>
    </section>
  )
}

const nameOf = ({ executor, model }: Evaluator): string =>
  [executor, model].filter(Boolean).join('/')

type Estimate = Evaluator['people']['bias']
/** `0.05 (−0.02 to 0.11)` */
export const estimateText = (estimate: Estimate): string =>
  estimate === null
    ? ''
    : `${signed(estimate.value)} (${signed(estimate.low)} to ${signed(estimate.high)})`
const signed = (value: number): string => value.toFixed(2).replace('-', '−')

const COLUMNS: readonly DataColumn<Evaluator>[] = [
  [
    'Judge',
    (row) => (
      <>
        <b>{nameOf(row)}</b> <span className="text-text-2">prompt {row.prompt}</span>
      </>
    ),
    { isRowHead: true },
  ],
  ['Asked', ({ asked }) => countText(asked), { className: 'num', sortBy: 'asked' }],
  [
    'Unanswered',
    ({ unansweredShare }) =>
      unansweredShare === null ? '' : `${Math.round(unansweredShare * 100)}%`,
    { className: 'num', spare: 'first' },
  ],
  ['Price', ({ meanCostUsd }) => moneyText(meanCostUsd), { className: 'num', spare: 'first' }],
  [
    'Audits',
    ({ people: { n, isFew } }) => (
      <>
        {countText(n)}
        {isFew && <span className="text-11"> few</span>}
      </>
    ),
    { className: 'num' },
  ],
  ['Bias', ({ people }) => estimateText(people.bias), { headTip: 'Model less person' }],
  ['Mean error', ({ people }) => estimateText(people.mae)],
  ['Ranks', ({ people }) => estimateText(people.spearman), { headTip: 'Spearman', spare: 'next' }],
  ['κ', ({ people }) => estimateText(people.kappa), { headTip: 'Weighted kappa', spare: 'next' }],
  [
    'Overrides',
    ({ overrides }) => (overrides.n === 0 ? '' : `${overrides.n}, ${estimateText(overrides.mae)}`),
    { headTip: 'Mean error where people were surprised', spare: 'last' },
  ],
]
