/** The question before an act that stops or loses something. The focus begins on Cancel. */
import { useEffect, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/popups.tsx'
import { Field } from '../ui/fields.tsx'
import { useAsked, type Choice, type Question } from '../actions/ask.ts'

export function AskDialog() {
  const asked = useAsked()
  return (
    <Dialog
      title={asked?.question.title ?? ''}
      isOpen={asked !== null}
      onClose={() => asked?.answer(null)}
    >
      {/* What was typed or focused for one question must not answer the next. */}
      {asked && <QuestionForm key={asked.id} question={asked.question} onAnswer={asked.answer} />}
    </Dialog>
  )
}

interface QuestionFormProps {
  readonly question: Question
  readonly onAnswer: (answer: { readonly choice: string; readonly text: string } | null) => void
}

function QuestionForm({ question, onAnswer }: QuestionFormProps) {
  const { lines, choices, typed, field } = question
  const [text, setText] = useState('')
  const [word, setWord] = useState('')
  const cancel = useRef<HTMLSpanElement>(null)
  useEffect(() => cancel.current?.querySelector('button')?.focus(), [])
  const isOpen =
    (typed === undefined || word === typed) && (!field?.isRequired || text.trim() !== '')
  return (
    <>
      {lines.map((line) => (
        <p key={line} className="text-12 text-text-2">
          {line}
        </p>
      ))}
      {field && (
        <Field label={field.label} value={text} onChange={(event) => setText(event.target.value)} />
      )}
      {typed !== undefined && (
        <Field
          label={`Type ${typed} to go on`}
          value={word}
          onChange={(event) => setWord(event.target.value)}
        />
      )}
      <Details choices={choices} />
      <div className="dialog-acts">
        <span ref={cancel}>
          <Button onClick={() => onAnswer(null)}>Cancel</Button>
        </span>
        {choices.map(({ id, label, look = 'plain' }) => (
          <Button
            key={id}
            look={look}
            disabled={!isOpen}
            onClick={() => onAnswer({ choice: id, text: text.trim() })}
          >
            {label}
          </Button>
        ))}
      </div>
    </>
  )
}

function Details({ choices }: { readonly choices: readonly Choice[] }) {
  const told = choices.filter(({ detail }) => detail !== undefined)
  if (told.length === 0) return null
  return (
    <dl className="text-12">
      {told.map(({ id, label, detail }) => (
        <div key={id} className="flex gap-2">
          <dt className="font-medium">{label}:</dt>
          <dd className="text-text-2">{detail}</dd>
        </div>
      ))}
    </dl>
  )
}
