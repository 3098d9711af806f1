/** Whom a task waits for and who waits for it, with their lamps; added by a search, removed by a press. */
import { useId, useMemo, useState, type KeyboardEvent } from 'react'
import type { TaskCard, TaskView } from '../../contract/view.ts'
import type { Problem } from '../model/session/problem.ts'
import { useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { Lamp } from '../components/status-badge.tsx'
import { labelOfState } from '../model/task-state.ts'
import { useIsHistory } from '../model/shown-time.ts'
import { navigate } from '../model/route.ts'
import { downstreamOf, upstreamOf } from '../model/reach.ts'
import { editDependencies } from '../actions/task/edit.ts'
import { Section } from './section.tsx'

type Side = 'after' | 'before'
const WORDS = { after: 'Waits for', before: 'Holds back' } as const
const FIELDS = { after: 'Wait for another task', before: 'Let another task wait' } as const
/** Found tasks that are offered. */
const MOST_OFFERED = 8

export function Dependencies({ task }: { readonly task: TaskView }) {
  return (
    <Section title="Dependencies">
      <DependencyList task={task} side="after" ids={task.after} />
      <DependencyList task={task} side="before" ids={task.before} />
    </Section>
  )
}

interface DependencyListProps {
  readonly task: TaskView
  readonly side: Side
  readonly ids: readonly string[]
}

function DependencyList({ task, side, ids }: DependencyListProps) {
  const session = useSession()
  const isPast = useIsHistory()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const change = async (how: 'add' | 'remove', other: string): Promise<void> => {
    const link =
      side === 'after'
        ? { blocker: other, dependent: task.id }
        : { blocker: task.id, dependent: other }
    setBusy(true)
    const refused = await editDependencies(session, how, [link])
    setBusy(false)
    setProblem(refused)
  }
  return (
    <>
      <ul className="dependencies" aria-label={WORDS[side]}>
        {ids.map((id) => (
          <Row
            key={id}
            id={id}
            side={side}
            isBusy={isBusy}
            onRemove={isPast ? null : () => void change('remove', id)}
          />
        ))}
      </ul>
      {!isPast && <AddField task={task} side={side} ids={ids} onAdd={(id) => change('add', id)} />}
      <ProblemNote problem={problem} onClose={() => setProblem(null)} />
    </>
  )
}

interface RowProps {
  readonly id: string
  readonly side: Side
  readonly isBusy: boolean
  /** Null: not now. */
  readonly onRemove: (() => void) | null
}

function Row({ id, side, isBusy, onRemove }: RowProps) {
  const card: TaskCard | undefined = useYard((view) => view.tasks.get(id))
  const title = card?.title ?? id
  return (
    <li>
      <span className="dependency-word">{WORDS[side]}</span>
      <button
        type="button"
        className="text-button dependency-title flex-1 min-w-0"
        onClick={() => navigate({ task: id })}
      >
        {card && <Lamp state={card.state} />}
        <span className="truncate">{title}</span>
      </button>
      {card && (
        <span className="dependency-state truncate text-11 text-state" data-st={card.state}>
          {card.fact ?? labelOfState(card.state)}
        </span>
      )}
      {onRemove && (
        <Button
          look="quiet"
          icon="close"
          isBusy={isBusy}
          aria-label={
            side === 'after' ? `Do not wait for ${title}` : `Let ${title} not wait for this`
          }
          onClick={onRemove}
        />
      )}
    </li>
  )
}

interface AddFieldProps {
  readonly task: TaskView
  readonly side: Side
  readonly ids: readonly string[]
  readonly onAdd: (id: string) => Promise<void>
}

/** A combobox: what would close a cycle is not offered. */
function AddField({ task, side, ids, onAdd }: AddFieldProps) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const list = useId()
  const found = useFound(task, side, ids, text)
  const current = found[Math.min(at, found.length - 1)]
  const pick = (id: string): void => {
    setText('')
    setAt(0)
    void onAdd(id)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && found.length > 0) setAt((at + step + found.length) % found.length)
    else if (event.key === 'Enter' && current) pick(current.id)
    else if (event.key === 'Escape' && text !== '') {
      setText('')
      event.stopPropagation()
    } else return
    event.preventDefault()
  }
  return (
    <div className="dependency-add">
      <input
        className="input"
        role="combobox"
        aria-label={FIELDS[side]}
        aria-expanded={found.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={current ? `${list}-${current.id}` : undefined}
        placeholder={FIELDS[side]}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKeyDown}
      />
      <ul
        id={list}
        className="completions"
        role="listbox"
        aria-label={FIELDS[side]}
        hidden={found.length === 0}
      >
        {found.map((card) => (
          <li
            key={card.id}
            id={`${list}-${card.id}`}
            role="option"
            aria-selected={card === current}
            className="menu-item"
            data-highlighted={card === current || undefined}
            onPointerDown={(event) => {
              event.preventDefault() // the field keeps the focus
              pick(card.id)
            }}
          >
            <Lamp state={card.state} />
            <span className="truncate">{card.title}</span>
          </li>
        ))}
      </ul>
      {text !== '' && found.length === 0 && (
        <p className="editor-note" role="status">
          No task by that name can be added here.
        </p>
      )}
    </div>
  )
}

function useFound(
  task: TaskView,
  side: Side,
  ids: readonly string[],
  text: string,
): readonly TaskCard[] {
  const tasks = useYard((view) => view.tasks)
  return useMemo(() => {
    const wanted = text.trim().toLowerCase()
    if (wanted === '') return []
    const closes = side === 'after' ? downstreamOf(tasks, [task.id]) : upstreamOf(tasks, [task.id])
    const found: TaskCard[] = []
    for (const card of tasks.values()) {
      if (found.length === MOST_OFFERED) break
      const fits = card.title.toLowerCase().includes(wanted) || card.id.includes(wanted)
      if (fits && card.id !== task.id && !ids.includes(card.id) && !closes.has(card.id))
        found.push(card)
    }
    return found
  }, [tasks, task.id, side, ids, text])
}
