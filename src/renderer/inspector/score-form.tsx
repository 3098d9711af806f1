/** A person's own score of a result, beside the model's; from then on it is the one that counts. */
import { useState, type FormEvent } from 'react'
import type { EvaluationRow } from '../../contract/judging.ts'
import { scoreResult } from '../actions/requests.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { shownScore } from '../model/scores.ts'
import { useCommand } from '../model/session/session-context.tsx'
import { useIsHistory } from '../model/shown-time.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/fields.tsx'

interface ScoreFormProps {
  readonly evaluation: EvaluationRow
  readonly onScored: () => void
}

export function ScoreForm({ evaluation: { id, override, modelScore }, onScored }: ScoreFormProps) {
  const command = useCommand()
  const isPast = useIsHistory()
  const [score, setScore] = useState(shownScore(override?.score ?? modelScore))
  const [note, setNote] = useState('')
  const [isSubmitted, setSubmitted] = useState(false)
  const value = scoreOf(score)
  const send = async (input: Parameters<typeof scoreResult>[0]): Promise<void> => {
    if (!(await command.run(scoreResult(input)))) return
    setSubmitted(false)
    setNote('')
    onScored()
  }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    setSubmitted(true)
    if (value !== null && note.trim() !== '') void send({ id, score: value, note: note.trim() })
  }
  if (isPast) return null
  return (
    <details className="score-form">
      <summary>{override ? 'Change your score' : 'Give your own score'}</summary>
      <form onSubmit={onSubmit} noValidate>
        <Field
          label="Score"
          inputMode="decimal"
          value={score}
          isRequired
          problem={isSubmitted && value === null ? 'A number from 0 to 1.' : null}
          onChange={(event) => setScore(event.target.value)}
        />
        <Field
          label="Why"
          value={note}
          isRequired
          problem={isSubmitted && note.trim() === '' ? 'Say why.' : null}
          onChange={(event) => setNote(event.target.value)}
        />
        <div className="acts flex flex-wrap items-center">
          <Button type="submit" look="main" isBusy={command.isBusy}>
            Save score
          </Button>
          {override && (
            <Button isBusy={command.isBusy} onClick={() => void send({ id, clear: true })}>
              Take it back
            </Button>
          )}
        </div>
        <ProblemNote problem={command.problem} onClose={command.dismiss} />
      </form>
    </details>
  )
}

/** Null for what is no score. */
export function scoreOf(text: string): number | null {
  const value = /^(?:0|1|0?\.\d+|0\.\d*|1\.0*)$/.test(text.trim()) ? Number(text) : NaN
  return value >= 0 && value <= 1 ? value : null
}
