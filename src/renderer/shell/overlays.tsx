/** What lies over every screen: palette, cards, dialogs, toasts, and the voice of the page. */
import { useDroppedFiles, useFileDialog } from '../actions/transfer/yard-files.ts'
import { useChooser } from '../actions/chosen-field.ts'
import { useListRequest, useQuickAdd } from '../actions/quick-add.ts'
import { FileDialogs, StartScreenPanel, TaskCards } from './parts.tsx'
import { useCommands } from '../actions/commands.ts'
import { Notifier } from './notifier.tsx'
import { Palette } from './palette/palette.tsx'
import { closeToast, type Toast, useAnnouncement, useToasts } from '../model/toasts.ts'
import { TaskContextMenu } from '../actions/views/context-menu.tsx'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/popups.tsx'
import { Field } from '../ui/fields.tsx'
import { type Question, useAsked } from '../actions/ask.ts'

export function Overlays() {
  return (
    <>
      <Palette />
      <Asked />
      <YardSwitcher />
      <Notifier />
      <AskDialog />
      <TaskContextMenu />
      <ToastStack />
      <Voice />
    </>
  )
}

/** Cards and dialogs, each from when it was first asked for: then it stays, to close as it opened. */
function Asked() {
  useDroppedFiles()
  const cards = [useQuickAdd(), useListRequest(), useChooser()]
  const hasCards = useOnce(cards.some((each) => each !== null))
  const hasFiles = useOnce(useFileDialog() !== null)
  return (
    <>
      {hasCards && <TaskCards />}
      {hasFiles && <FileDialogs />}
    </>
  )
}

/** Whether it was so at any time. */
function useOnce(is: boolean): boolean {
  const [was, setWas] = useState(is)
  if (is && !was) setWas(true)
  return is || was
}

function Voice() {
  const { polite, assertive } = useAnnouncement()
  return (
    <>
      <p className="visually-hidden" aria-live="polite" data-voice="polite">
        {polite}
      </p>
      <p className="visually-hidden" aria-live="assertive" data-voice="assertive">
        {assertive}
      </p>
    </>
  )
}

/** The toasts of the moment, above the zoom bar. They wait while the pointer or the focus is on them. */
export function ToastStack() {
  const toasts = useToasts()
  return (
    <section className="toasts flex flex-col gap-2" aria-label="News" aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  )
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { id, text, kind, act, lastsMs } = toast
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    if (isHeld || lastsMs === null) return undefined
    const timer = setTimeout(() => closeToast(id), lastsMs)
    return () => clearTimeout(timer)
  }, [id, isHeld, lastsMs])
  return (
    <div
      className="toast flex items-center gap-3 text-12"
      data-kind={kind}
      data-unsent={kind === 'error' && act !== null ? '' : undefined}
      role={kind === 'error' ? 'alert' : undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <p>{text}</p>
      {act && (
        <Button
          onClick={() => {
            closeToast(id)
            act.run()
          }}
        >
          {act.label}
        </Button>
      )}
      <Button look="quiet" icon="close" aria-label="Dismiss" onClick={() => closeToast(id)} />
    </div>
  )
}

/** The question before an act that stops or loses something. The focus begins on Cancel. */
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
  const details = choices.filter(({ detail }) => detail !== undefined)
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
      {details.length > 0 && (
        <dl className="text-12">
          {details.map(({ id, label, detail }) => (
            <div key={id} className="flex gap-2">
              <dt className="font-medium">{label}:</dt>
              <dd className="text-text-2">{detail}</dd>
            </div>
          ))}
        </dl>
      )}
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

/** Another yard, from within one: the same ways as in the start screen, as a dialog. */
function YardSwitcher() {
  const [shown, setShown] = useState<'open' | 'switch' | null>(null)
  useCommands({
    'yard.open': () => setShown('open'),
    'yard.switch': () => setShown('switch'),
  })
  return (
    <Dialog
      title={shown === 'open' ? 'Open a folder' : 'Switch yard'}
      size="wide"
      isOpen={shown !== null}
      onClose={() => setShown(null)}
    >
      {shown !== null && <StartScreenPanel first={shown === 'open' ? 'open' : null} />}
      {!window.yardHost && (
        <p className="text-11 text-text-3">
          Yardmaster keeps working on this yard when you leave or close the page.
        </p>
      )}
    </Dialog>
  )
}
