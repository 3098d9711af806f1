/** What was sent to the models that judged, and what came back, word for word. Asked for when it is opened. */
import { useState } from 'react'
import { ProblemNote } from '../components/problem-note.tsx'
import { useAnswer } from '../model/use-answer.ts'
import { Segmented } from '../ui/fields.tsx'

const PARTS = [
  ['sent', 'What was sent'],
  ['answer', 'What came back'],
] as const

export function SentToJudge({ judgements }: { readonly judgements: readonly string[] }) {
  return judgements.map((id) => <OneJudgement key={id} id={id} />)
}

function OneJudgement({ id }: { readonly id: string }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="sent-to-judge" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What {id} was asked</summary>
      {isOpen && <Parts id={id} />}
    </details>
  )
}

function Parts({ id }: { readonly id: string }) {
  const [part, setPart] = useState<(typeof PARTS)[number][0]>('sent')
  const { value, problem, askAgain } = useAnswer(({ judgement }) => judgement.text({ id, part }), {
    key: `${id} ${part}`,
  })
  return (
    <>
      <Segmented label="Part" value={part} options={PARTS} onChange={setPart} />
      <ProblemNote problem={problem} onClose={askAgain} />
      {value && problem === null && (
        <pre className="code" tabIndex={0} aria-label={`${id}, ${part}`}>
          {value.text}
        </pre>
      )}
      {value?.isCut && <p className="evaluation-facts">It is longer than what is shown.</p>}
    </>
  )
}
