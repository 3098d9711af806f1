/** Who judges, and how far each agrees with people. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Evaluator } from '../../../contract/judging.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { CopyText } from '../../components/copy-text.tsx'
import { checkJudge, checkLabel } from '../../actions/check-judge.ts'
import { useRequest } from '../../model/route.ts'
import { useCommand, useSession, useYard } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { DataTable, type DataColumn } from '../../ui/data-table.tsx'
import { Button } from '../../ui/button.tsx'
import { countText, instantText, moneyText, plural } from '../../ui/format.ts'

export function Judges({ stand }: { readonly stand: string }) {
  const issues = useJudgeIssues()
  const section = useRef<HTMLElement>(null)
  const [isWanted, setWanted] = useState(false)
  const [isChecking, setChecking] = useState(false)
  const { value, problem, askAgain } = useAnswer(
    async ({ evaluator }) => {
      const list = await evaluator.list()
      setChecking(list.some(({ checking }) => checking > 0))
      return list
    },
    { key: `${stand} ${issues}`, everyMs: isChecking ? CHECKING_MS : null },
  )
  const isThere = value !== undefined && value !== null
  useRequest('judges', () => setWanted(true))
  useEffect(() => {
    // It stands at the end, and not before the answer is there.
    if (!isWanted || !isThere || !section.current) return
    section.current.scrollIntoView({ block: 'start' })
    section.current.focus({ preventScroll: true })
    setWanted(false)
  }, [isWanted, isThere])
  const session = useSession()
  const command = useCommand()
  const { run, isBusy } = command
  const columns = useMemo(() => {
    const check = async (row: Evaluator): Promise<void> => {
      if (await checkJudge(session, { run }, nameOf(row))) askAgain()
    }
    return columnsOf(isBusy, (row) => void check(row))
  }, [session, run, isBusy, askAgain])
  if (value?.length === 0) return null
  return (
    <section
      ref={section}
      tabIndex={-1}
      className="card evaluation-judges"
      aria-label="Agreement with people"
    >
      <header>
        <h2>Agreement with people</h2>
        <span>each with its 90 % interval, of blind audits</span>
      </header>
      <ProblemNote problem={problem} onClose={askAgain} />
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      {value && (
        <div className="evaluation-scroll" tabIndex={0} role="region" aria-label="Judges, table">
          <DataTable
            label="Agreement of judges with people"
            columns={columns}
            rows={value}
            keyOf={(row) => `${nameOf(row)} ${row.prompt}`}
            rowProps={({ people, flag }) => ({
              'data-few': people.isFew || undefined,
              'data-flagged': flag !== null || undefined,
            })}
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

/** So often is a check that is under way looked at. */
const CHECKING_MS = 3000

/** Another text whenever a judge was measured, or is another. */
const useJudgeIssues = (): string =>
  useYard(({ summary }) =>
    (summary?.attention ?? [])
      .flatMap(({ judge }) => (judge ? `${judge.name} ${judge.issue}` : []))
      .join(' '),
  )

const nameOf = ({ executor, model }: Evaluator): string =>
  [executor, model].filter(Boolean).join('/')

type Estimate = Evaluator['people']['bias']
/** `0.05 (−0.02 to 0.11)`; one alone spreads over nothing. */
export function estimateText(estimate: Estimate, n = Infinity): string {
  if (estimate === null) return ''
  const { value, low, high } = estimate
  return `${signed(value)}${n < 2 ? '' : ` (${signed(low)} to ${signed(high)})`}`
}
const signed = (value: number): string => value.toFixed(2).replace('-', '−')

const measured = (value: number | null): string =>
  value === null ? '' : `${value >= 0 ? '+' : ''}${signed(value)}`

function Canaries({ judge }: { readonly judge: Evaluator }) {
  const { canaries, checking, flag } = judge
  return (
    <>
      {checking > 0 ? `${plural(checking, 'question')} left` : canaryText(canaries)}
      {flag && <span className="evaluation-flag">Gates nothing: {flag.text}</span>}
    </>
  )
}

const canaryText = (canaries: Evaluator['canaries']): string =>
  canaries === null
    ? 'never'
    : `${instantText(canaries.at)}${canaries.answered < canaries.n ? `, ${canaries.answered} of ${canaries.n}` : ''}`

const columnsOf = (
  isBusy: boolean,
  onCheck: (row: Evaluator) => void,
): readonly DataColumn<Evaluator>[] => [
  [
    'Judge',
    (row) => (
      <>
        <b>{nameOf(row)}</b>
        <span className="block text-11 text-text-2">prompt {row.prompt}</span>
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
    'Canaries',
    (row) => <Canaries judge={row} />,
    { headTip: 'Results that a person has scored beforehand' },
  ],
  [
    'Good',
    ({ canaries }) => measured(canaries?.biasGood ?? null),
    { className: 'num', headTip: 'Model less person on the good half' },
  ],
  [
    'Bad',
    ({ canaries }) => measured(canaries?.biasBad ?? null),
    { className: 'num', headTip: 'Model less person on the bad half: above 0.10 is lenient' },
  ],
  [
    'Off by',
    ({ canaries }) => (canaries?.mae == null ? '' : canaries.mae.toFixed(2)),
    { className: 'num', headTip: 'Mean error on all: above 0.15 is far off' },
  ],
  [
    'Check',
    (row) => (
      <Button
        isBusy={isBusy}
        disabled={row.checking > 0}
        aria-label={`Check ${nameOf(row)}`}
        onClick={() => onCheck(row)}
      >
        {checkLabel(row.canaries === null ? null : 'changed')}
      </Button>
    ),
    { isHeadHidden: true },
  ],
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
  ['Bias', ({ people }) => estimateText(people.bias, people.n), { headTip: 'Model less person' }],
  ['Mean error', ({ people }) => estimateText(people.mae, people.n)],
  [
    'Ranks',
    ({ people }) => estimateText(people.spearman, people.n),
    { headTip: 'Spearman', spare: 'next' },
  ],
  [
    'κ',
    ({ people }) => estimateText(people.kappa, people.n),
    { headTip: 'Weighted kappa', spare: 'next' },
  ],
  [
    'Overrides',
    ({ overrides }) =>
      overrides.n === 0 ? '' : `${overrides.n}, ${estimateText(overrides.mae, overrides.n)}`,
    { headTip: 'Mean error where people were surprised', spare: 'last' },
  ],
]
