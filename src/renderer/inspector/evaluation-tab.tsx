/** What was judged of a task's result: the score and where it comes from, and what people decide of it. */
import { useState } from 'react'
import type { EvaluationRow, EvaluationView } from '../../contract/judging.ts'
import type { TaskCard } from '../../contract/view.ts'
import { keptText, type Dimensions } from '../../domain/judging/score.ts'
import { subjectOf } from '../actions/action.ts'
import { usePerform } from '../actions/perform.ts'
import { evaluate } from '../actions/task/evaluate.ts'
import { ActionButton } from '../actions/views/task-buttons.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { DimensionRows, EvidencePlace } from '../components/radar.tsx'
import { StatusBadge } from '../components/status-badge.tsx'
import { gateLine, isByFlaggedJudge, MARK_TEXTS, resultOf, shownScore } from '../model/scores.ts'
import { useSession } from '../model/session/session-context.tsx'
import { useAnswer } from '../model/use-answer.ts'
import type { TaskDetails } from '../model/use-task-details.ts'
import { Select } from '../ui/popups.tsx'
import { instantText, moneyText } from '../ui/format.ts'
import { PlainText } from '../ui/plain-text.tsx'
import { EmptyNote } from '../ui/screen.tsx'
import { ScoreForm } from './score-form.tsx'
import { Section } from './section.tsx'
import { SentToJudge } from './sent-to-judge.tsx'
import './evaluation-tab.css'

interface EvaluationTabProps {
  readonly card: TaskCard
  readonly details: TaskDetails
}

const MOST_SHOWN = 50

export function EvaluationTab({ card, details }: EvaluationTabProps) {
  const { evaluation: latest, gate } = details.task
  const [chosen, setChosen] = useState<string | null>(null)
  const all = useAnswer(
    async ({ evaluation }) => {
      const rows = await evaluation.list({ task: card.id, limit: MOST_SHOWN })
      return rows.filter((row): row is EvaluationRow => 'status' in row)
    },
    { key: `${card.id} ${JSON.stringify(latest)}` },
  )
  const rows = all.value ?? []
  const row = rows.find(({ id }) => id === (chosen ?? latest?.id)) ?? null
  const shown = chosen === null ? latest : row
  return (
    <div className="panel evaluation-tab" tabIndex={0} role="region" aria-label="Evaluation">
      <ProblemNote problem={all.problem} onClose={all.askAgain} />
      {rows.length > 1 && (
        <Select
          label="Which evaluation"
          value={chosen ?? latest?.id ?? ''}
          options={rows.map((each) => [each.id, optionText(each)] as const)}
          onChange={setChosen}
        />
      )}
      {shown === null ? (
        <EmptyNote text={noneText(gateLine(gate))}>
          <EvaluateNow card={card} />
        </EmptyNote>
      ) : (
        <Shown evaluation={shown} row={row} onScored={all.askAgain} />
      )}
    </div>
  )
}

const noneText = (gate: string | null): string =>
  gate === null
    ? 'No result of it was judged: nothing asks for that. Its gate can be set in the overview.'
    : `No result of it was judged yet (${gate}).`

const optionText = ({ agent, score, at }: EvaluationRow): string =>
  `${agent}, ${shownScore(score) || 'not scored'}, ${instantText(at)}`

function EvaluateNow({ card }: Pick<EvaluationTabProps, 'card'>) {
  const session = useSession()
  const performing = usePerform()
  const subject = subjectOf(session, card)
  return (
    <>
      <ActionButton action={evaluate} subject={subject} performing={performing} label="Evaluate" />
      <ProblemNote problem={performing.problem} onClose={performing.dismiss} />
    </>
  )
}

interface ShownProps {
  readonly evaluation: EvaluationView
  /** Null while it is pending, or not loaded yet. */
  readonly row: EvaluationRow | null
  readonly onScored: () => void
}

function Shown({ evaluation, row, onScored }: ShownProps) {
  const { dimensions, notes } = evaluation
  return (
    <>
      <Head evaluation={evaluation} />
      {dimensions !== null && (
        <Section title="Dimensions" end={row?.worker?.model && `beside all of ${row.worker.model}`}>
          <Compared evaluation={evaluation} dimensions={dimensions} model={row?.worker?.model} />
        </Section>
      )}
      <Criteria evaluation={evaluation} />
      {notes !== '' && (
        <Section title="Notes for the next try">
          <p className="evaluation-notes">
            <PlainText text={notes} />
          </p>
        </Section>
      )}
      <Checks evaluation={evaluation} />
      <Facts evaluation={evaluation} />
      {row !== null && <ScoreForm key={row.id} evaluation={row} onScored={onScored} />}
      {row !== null && <SentToJudge judgements={row.judgements} />}
    </>
  )
}

type PartProps = Pick<ShownProps, 'evaluation'>

function Criteria({ evaluation: { criteria, agent } }: PartProps) {
  if (criteria.length === 0) return null
  return (
    <Section title="Criteria">
      <ul className="criteria">
        {criteria.map(({ text, verdict, at }, index) => (
          <li key={index} data-verdict={verdict}>
            <b>{VERDICT_WORDS[verdict]}</b>
            <span dir="auto">{text}</span>
            <EvidencePlace at={at} agent={agent} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Checks({ evaluation: { checks } }: PartProps) {
  if (checks.length === 0) return null
  return (
    <Section title="Checks">
      {checks.map(({ name, ok, tail }) => (
        <details key={name} className="evaluation-check">
          <summary>
            <StatusBadge
              state={ok ? 'done' : 'failed'}
              word={`${name} ${ok ? 'passed' : 'failed'}`}
            />
          </summary>
          <pre className="code" tabIndex={0}>
            {tail || 'It printed nothing.'}
          </pre>
        </details>
      ))}
    </Section>
  )
}

function Facts({ evaluation: { marks, facts } }: PartProps) {
  // That the judge is flagged stands at the head.
  const others = marks.filter((mark) => mark !== 'flagged-judge')
  if (others.length + facts.length === 0) return null
  return (
    <Section title="To know">
      <ul className="evaluation-facts">
        {others.map((mark) => (
          <li key={mark}>{MARK_TEXTS[mark]}</li>
        ))}
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </Section>
  )
}

const VERDICT_WORDS: Readonly<Record<EvaluationView['criteria'][number]['verdict'], string>> = {
  met: 'Met',
  partly: 'Partly',
  not: 'Not met',
  unknown: 'Unknown',
}

function Head({ evaluation }: { readonly evaluation: EvaluationView }) {
  const { score, gate, reason, judge, looks, spread, costUsd, override, at } = evaluation
  const { kept } = evaluation
  const threshold = Number(gate) || 0
  const [state, word] = resultOf(evaluation)
  const facts = [
    judge && `by ${[judge.executor, judge.model].filter(Boolean).join('/')}`,
    kept && keptText(kept),
    looks > 1 && `${looks} looks${spread === null ? '' : `, ${shownScore(spread)} apart`}`,
    moneyText(costUsd),
    instantText(at),
  ].filter(Boolean)
  return (
    <div className="evaluation-head">
      <p>
        {score !== null && <strong>{shownScore(score)}</strong>}
        <StatusBadge state={state} word={word} />
        {threshold > 0 && <span>gate {shownScore(threshold)}</span>}
      </p>
      {override && (
        <p className="evaluation-override">
          {override.by} said {shownScore(override.score)}; the model said{' '}
          {shownScore(evaluation.modelScore) || 'nothing'}. <PlainText text={override.note} />
        </p>
      )}
      {isByFlaggedJudge(evaluation) && <p>{MARK_TEXTS['flagged-judge']}</p>}
      {reason !== null && <p>{reason}</p>}
      <p className="evaluation-facts">{facts.join(' · ')}</p>
    </div>
  )
}

interface ComparedProps {
  readonly evaluation: EvaluationView
  readonly dimensions: Dimensions
  /** The worker's; what it is worth elsewhere is the second dot. */
  readonly model: string | null | undefined
}

function Compared({ evaluation, dimensions, model }: ComparedProps) {
  const mean = useAnswer(
    async (client) => (model ? client.evaluation.figures({ model, by: 'model' }) : null),
    { key: `${model} ${evaluation.id}` },
  )
  return (
    <DimensionRows
      own={dimensions}
      all={mean.value?.all.dimensions ?? null}
      evidence={evaluation.evidence}
      agent={evaluation.agent}
    />
  )
}
