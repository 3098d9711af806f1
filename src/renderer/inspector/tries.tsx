/** Every try of a task side by side; two of them can be held against each other row by row. */
import { useState } from 'react'
import type { EvaluationRow } from '../../contract/judging.ts'
import type { AgentView, TaskView } from '../../contract/view.ts'
import { durationText } from '../../domain/format.ts'
import { instantText, plural } from '../ui/format.ts'
import { Elapsed } from '../components/ticking-time.tsx'
import { Lamp } from '../components/status-badge.tsx'
import { usedMoneyText, usedTokensText } from '../components/usage-text.ts'
import { navigate } from '../model/route.ts'
import { shownScore } from '../model/scores.ts'
import { useAnswer } from '../model/use-answer.ts'
import { lookOf, tookMs, triageText } from '../model/agent-state.ts'
import { Section } from './section.tsx'

interface TriesProps {
  readonly tries: readonly AgentView[]
  /** What each was scored, by its agent. */
  readonly scores?: ReadonlyMap<string, string>
}

const NO_SCORES: ReadonlyMap<string, string> = new Map()

export function Tries({ tries, scores = NO_SCORES }: TriesProps) {
  const [chosen, setChosen] = useState<readonly string[]>([])
  if (tries.length === 0) return null
  const compared = tries.filter((agent) => chosen.includes(agent.id)).toReversed()
  const choose = (id: string): void =>
    setChosen(
      chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id].slice(-2),
    )
  const numbers = new Map(tries.map((agent, index) => [agent.id, tries.length - index]))
  return (
    <Section title="Tries" end={tries.length > 1 && 'Choose two to compare'}>
      <div className="tries" role="region" aria-label="Tries" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              {tries.length > 1 && (
                <th>
                  <span className="visually-hidden">Compare</span>
                </th>
              )}
              <th>Try</th>
              <th>Executor, model</th>
              {scores.size > 0 && <th className="num">Score</th>}
              <th className="num">Time</th>
              <th className="num">Cost</th>
            </tr>
          </thead>
          <tbody>
            {tries.map((agent) => (
              <TryRow
                key={agent.id}
                agent={agent}
                number={numbers.get(agent.id) ?? 0}
                score={scores.size > 0 ? (scores.get(agent.id) ?? '') : null}
                isChosen={chosen.includes(agent.id)}
                onChoose={tries.length > 1 ? () => choose(agent.id) : null}
              />
            ))}
          </tbody>
        </table>
      </div>
      {compared.length === 2 && <Compared tries={compared} numbers={numbers} />}
    </Section>
  )
}

interface TryRowProps {
  readonly agent: AgentView
  readonly number: number
  /** Null where none of them has one. */
  readonly score: string | null
  readonly isChosen: boolean
  readonly onChoose: (() => void) | null
}

const MOST_SCORES = 100

/** What each try was scored, by its agent. */
export function useScores({
  id,
  evaluation,
}: Pick<TaskView, 'id' | 'evaluation'>): ReadonlyMap<string, string> {
  const key = `${id} ${JSON.stringify([evaluation?.id, evaluation?.status, evaluation?.score])}`
  const { value } = useAnswer(
    async (client) => {
      if (evaluation === null) return []
      const rows = await client.evaluation.list({ task: id, limit: MOST_SCORES })
      return rows.filter((row): row is EvaluationRow => 'status' in row)
    },
    { key },
  )
  // Newest first, and the latest of each counts.
  return new Map((value ?? []).toReversed().map((row) => [row.agent, shownScore(row.score)]))
}

function TryRow({ agent, number, score, isChosen, onChoose }: TryRowProps) {
  const took = tookMs(agent)
  const look = lookOf(agent)
  const label = `Compare try ${number}`
  return (
    <tr aria-selected={isChosen}>
      {onChoose && (
        <td>
          <input
            type="checkbox"
            className="try-check"
            aria-label={label}
            checked={isChosen}
            onChange={onChoose}
          />
        </td>
      )}
      <td>
        <button
          type="button"
          className="text-button try-open"
          data-st={look.state}
          onClick={() => navigate({ tab: 'output', agent: agent.id }, { replace: true })}
        >
          <Lamp state={look.state} />
          <span className="visually-hidden">Output of try {number}:</span>
          {look.word}
          <code>{agent.id}</code>
        </button>
      </td>
      <td>
        {[agent.executor, agent.model, agent.by === 'pilot' && 'piloted by a person']
          .filter(Boolean)
          .join(', ')}
        {agent.triage !== null && <div className="text-text-3">Triage: {verdictOf(agent)}</div>}
      </td>
      {score !== null && <td className="num">{score}</td>}
      <td className="num">
        {took !== null && durationText(took)}
        {agent.startedAt !== null && agent.endedAt === null && <Elapsed since={agent.startedAt} />}
      </td>
      <td className="num">{usedMoneyText(agent.usage)}</td>
    </tr>
  )
}

const verdictOf = ({ triage }: AgentView): string =>
  triage === null ? '' : `${triageText(triage)}, ${triage.by}`

type Line = readonly [string, (agent: AgentView) => string]

const LINES: readonly Line[] = [
  ['Outcome', (agent) => lookOf(agent).word],
  ['Why', ({ failure }) => failure?.reason ?? ''],
  ['Triage', verdictOf],
  ['Exit code', ({ exitCode }) => (exitCode === null ? '' : String(exitCode))],
  ['Executor', ({ executor, provenance }) => `${executor}, ${provenance.executor}`],
  ['Model', ({ model, provenance }) => (model === null ? '' : `${model}, ${provenance.model}`)],
  ['Chosen', ({ choice }) => choice?.reason ?? ''],
  ['Endpoint', ({ provenance }) => provenance.endpoint ?? ''],
  ['Started', ({ startedAt }) => (startedAt === null ? '' : instantText(startedAt))],
  [
    'Time',
    (agent) => {
      const took = tookMs(agent)
      return took === null ? '' : durationText(took)
    },
  ],
  ['Conversation', ({ resumed }) => (resumed ? 'Resumed' : 'New')],
  ['Tokens', ({ usage }) => usedTokensText(usage)],
  ['Cost', ({ usage }) => usedMoneyText(usage)],
  ['Changes', ({ changes }) => changesText(changes)],
  ['Branch', ({ branch }) => branch ?? ''],
  ['Folder', ({ folder }) => folder],
]

const changesText = (changes: AgentView['changes']): string =>
  changes === null
    ? ''
    : `${plural(changes.filesChanged, 'file')}, +${changes.insertions} −${changes.deletions}`

interface ComparedProps {
  readonly tries: readonly AgentView[]
  readonly numbers: ReadonlyMap<string, number>
}

/** Lines that say nothing for both are left out; lines that differ stand out. */
function Compared({ tries, numbers }: ComparedProps) {
  const lines = LINES.map(([name, read]) => [name, tries.map(read)] as const).filter(([, values]) =>
    values.some(Boolean),
  )
  return (
    <div className="compared" role="region" aria-label="Two tries compared" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <td />
            {tries.map((agent) => (
              <th key={agent.id} scope="col">
                Try {numbers.get(agent.id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(([name, values]) => (
            <tr key={name} data-differs={new Set(values).size > 1}>
              <th scope="row">{name}</th>
              {values.map((value, index) => (
                <td key={index}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
