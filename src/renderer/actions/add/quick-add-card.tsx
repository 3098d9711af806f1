/** A card on the spot that adds a task: a title, who works on it, or the command it runs. */
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { KeyHint } from '../key-hint.tsx'
import { closeQuickAdd, offerList, type QuickAdd, useQuickAdd } from '../quick-add.ts'
import { addTask } from './add-task.ts'
import { ListDialog } from '../transfer/list-dialog.tsx'
import { ConnectionNote, DependencyNote, ExecutorRow, JudgedRow } from './quick-add-fields.tsx'
import { useNames } from './names.ts'
import {
  issueOf,
  judgedFields,
  namedExecutor,
  NO_FIELDS,
  toNewTaskInput,
  whoWorks,
  type CardFields,
} from './new-task.ts'
import { TaskChooser } from '../views/task-chooser.tsx'
import { TextArea } from '../views/text-area.tsx'
import { TitleField } from './title-field.tsx'
import './quick-add.css'
import { findTask, parseTitle } from './title-language.ts'
import type { Tasks } from '../../model/reach.ts'

/** The cards that ask for a task's particulars: those of a new one, or one field of the chosen ones. */
export function QuickAddCard() {
  const wanted = useQuickAdd()
  return (
    <>
      {wanted && <Card key={keyOf(wanted)} wanted={wanted} />}
      <TaskChooser />
      <ListDialog />
    </>
  )
}

/** Opened anew elsewhere, it is a new card. */
const keyOf = ({ at, after, before }: QuickAdd): string => JSON.stringify([at, after, before])

function Card({ wanted }: { readonly wanted: QuickAdd }) {
  const card = usePlacement(wanted)
  const form = useCardForm(wanted)
  const { fields, change, names, problem, isBusy, isWarned, send } = form
  const tasks = useYard((view) => view.tasks)
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.nativeEvent.isComposing) return
    const { target } = event
    // As its buttons say; in the description a line break is meant.
    const isField =
      target instanceof HTMLInputElement ||
      (target instanceof HTMLTextAreaElement &&
        !event.shiftKey &&
        target.dataset['lineBreaks'] === undefined)
    const isSend = event.key === 'Enter' && (event.metaKey || event.ctrlKey || isField)
    if (event.key === 'Escape') closeQuickAdd()
    else if (isSend) void send(!(event.metaKey || event.ctrlKey))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div
      ref={card}
      className="quick-add flex flex-col gap-2"
      role="dialog"
      aria-label="New task"
      onKeyDown={onKeyDown}
    >
      <TitleField
        value={fields.text}
        names={{ tasks, executors: names.executors }}
        onChange={(text) => change({ text })}
        onList={(text) => offerList(listOf(text, wanted, fields))}
      />
      <TitleEcho text={fields.text} />
      <DependencyNote after={wanted.after} before={wanted.before} />
      <TextArea
        label="Description"
        data-line-breaks
        rows={2}
        dir="auto"
        maxLength={100_000}
        placeholder="What is to be done, in Markdown"
        value={fields.description}
        onText={(description) => change({ description })}
      />
      <ExecutorRow fields={fields} names={names} isWarned={isWarned} onChange={change} />
      <TextArea
        label="Shell command"
        className="font-mono"
        rows={2}
        spellCheck={false}
        maxLength={100_000}
        placeholder="npm test"
        note={
          <>
            The task is this command: no agent is asked. Leave it empty for an agent.{' '}
            <KeyHint keys="shift+enter" /> starts a new line.
          </>
        }
        value={fields.command}
        onText={(command) => change({ command })}
      />
      <JudgedRow fields={fields} onChange={change} />
      <div className="quick-add-acts flex flex-wrap justify-end gap-2">
        <ConnectionNote />
        <ProblemNote problem={problem} onClose={form.dismiss} />
        <Button look="quiet" onClick={closeQuickAdd}>
          Cancel
        </Button>
        <Button isBusy={isBusy} onClick={() => void send(true)}>
          Add draft <KeyHint keys="enter" />
        </Button>
        <Button look="main" isBusy={isBusy} onClick={() => void send(false)}>
          Add and publish <KeyHint keys="mod+enter" />
        </Button>
      </div>
    </div>
  )
}

/** The lines wait for what the card would wait for, and are done by whom it names. */
const listOf = (text: string, { after, before }: QuickAdd, fields: CardFields) => ({
  text,
  after,
  before,
  executor: namedExecutor(fields),
  model: fields.model === '' ? null : fields.model,
  judged: judgedFields(fields),
})

function useCardForm(wanted: QuickAdd) {
  const session = useSession()
  const names = useNames()
  const [fields, setFields] = useState(NO_FIELDS)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [isWarned, setWarned] = useState(false)
  const hasAsked = useRef(false)
  const send = async (isDraft: boolean): Promise<void> => {
    if (isBusy) return
    const { tasks } = session.yard.getState()
    const who = whoWorks(names, fields)
    const message = issueOf(fields, tasks) ?? (who?.isMissing ? who.text : null)
    if (message !== null) return setProblem({ kind: 'bad-request', message, hint: null })
    // A draft may wait for its executor; what is to start now is asked for once, whatever is changed after.
    if (!isDraft && !hasAsked.current && who?.isProblem) {
      hasAsked.current = true
      return setWarned(true)
    }
    setBusy(true)
    const refused = await addTask(session, {
      input: toNewTaskInput(fields, wanted, tasks),
      isDraft,
      at: wanted.at,
      place: wanted.place,
    })
    setBusy(false)
    setProblem(refused)
    setWarned(refused !== null)
    if (refused === null) closeQuickAdd()
  }
  const change = (part: Partial<CardFields>): void => {
    setFields((before) => ({ ...before, ...part }))
    setProblem(null)
    setWarned(false)
  }
  const dismiss = (): void => setProblem(null)
  return { fields, change, names, problem, dismiss, isBusy, isWarned, send }
}

const EDGE = 12

/** Where it was asked for, as far as it is wholly in the window; the focus goes back where it was. */
function usePlacement({ at }: QuickAdd): RefObject<HTMLDivElement | null> {
  const card = useRef<HTMLDivElement>(null)
  const before = useRef(document.activeElement)
  useLayoutEffect(() => {
    const element = card.current
    if (!element) return undefined
    const { width, height } = element.getBoundingClientRect()
    const corner = at ?? { x: (innerWidth - width) / 2, y: innerHeight * 0.14 }
    const within = (value: number, most: number): number => Math.max(EDGE, Math.min(value, most))
    element.style.left = `${within(corner.x, innerWidth - width - EDGE)}px`
    const top = within(corner.y, innerHeight - height - EDGE)
    element.style.top = `${top}px`
    // What is said later makes it scroll, not reach out of the window.
    element.style.maxHeight = `calc(100vh - ${top + EDGE}px)`
    const from = before.current
    return () => {
      if (from instanceof HTMLElement && from.isConnected) from.focus({ preventScroll: true })
    }
  }, [at])
  return card
}

/** What the title was understood as, for as long as the card is open. */
export function TitleEcho({ text }: { readonly text: string }) {
  const tasks = useYard((view) => view.tasks)
  const echoes = echoesOf(text, tasks)
  if (echoes.length === 0) return null
  return (
    <ul className="title-echo flex flex-wrap" aria-label="Understood as">
      {echoes.map(({ word, name, isUnknown = false }) => (
        <li key={`${word} ${name}`} data-unknown={isUnknown || undefined}>
          {word} <bdi>{name}</bdi>
          {isUnknown && ', not found'}
        </li>
      ))}
    </ul>
  )
}

export interface Echo {
  readonly word: 'After' | 'Executor' | 'Priority' | 'Tag'
  readonly name: string
  /** No task is meant by it. */
  readonly isUnknown?: boolean
}

export function echoesOf(text: string, tasks: Tasks): readonly Echo[] {
  const { tags, executor, priority, after } = parseTitle(text)
  return [
    ...after.map((word): Echo => {
      const id = findTask(tasks, word)
      const name = id === null ? word : (tasks.get(id)?.title ?? id)
      return { word: 'After', name, ...(id === null ? { isUnknown: true } : {}) }
    }),
    ...(executor === null ? [] : [{ word: 'Executor', name: executor } as const]),
    ...(priority === null ? [] : [{ word: 'Priority', name: priority } as const]),
    ...tags.map((name) => ({ word: 'Tag', name }) as const),
  ]
}
