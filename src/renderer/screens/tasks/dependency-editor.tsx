/** What a task waits for, to add to or take from. The keyboard's way to draw and remove tracks where there is no canvas. */
import { X } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { TaskCard } from '../../../contract/view.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { labelOfState } from '../../model/state-label.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { editDependency } from '../../actions/task/edit.ts'
import { downstreamOf, type Tasks } from '../../model/reach.ts'

type How = 'add' | 'remove'
interface Editing {
  readonly id: string
  readonly how: How
}

const store = createStore<{ readonly editing: Editing | null }>(() => ({ editing: null }))

export const editDependencies = (id: string, how: How): void =>
  store.setState({ editing: { id, how } })
const close = (): void => store.setState({ editing: null })

export function DependencyEditor() {
  const editing = useStore(store, (state) => state.editing)
  const card = useYard((view) => (editing === null ? undefined : view.tasks.get(editing.id)))
  return (
    <Dialog
      title={card ? `What “${card.title}” waits for` : 'Dependencies'}
      isOpen={card !== undefined}
      onClose={close}
    >
      {card && editing && <Editor card={card} how={editing.how} />}
    </Dialog>
  )
}

function Editor({ card, how }: { readonly card: TaskCard; readonly how: How }) {
  const session = useSession()
  const [busy, setBusy] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (act: How, blocker: string): Promise<void> => {
    setBusy(blocker)
    const refused = await editDependency(session, act, { blocker, dependent: card.id })
    setBusy(null)
    setProblem(refused === null ? null : { ...refused, hint: null })
  }
  return (
    <>
      <ul aria-label="It waits for" className="flex flex-col">
        {card.after.length === 0 && <li className="text-12 text-text-2">Nothing</li>}
        {card.after.map((id, index) => (
          <Blocker
            key={id}
            id={id}
            isBusy={busy === id}
            isFirst={how === 'remove' && index === 0}
            onRemove={() => void send('remove', id)}
          />
        ))}
      </ul>
      <ProblemNote problem={problem} onClose={() => setProblem(null)} />
      <Finder card={card} hasFocus={how === 'add'} onPick={(id) => void send('add', id)} />
      <div className="dialog-acts">
        <Button onClick={close}>Close</Button>
      </div>
    </>
  )
}

interface BlockerProps {
  readonly id: string
  readonly isBusy: boolean
  readonly isFirst: boolean
  readonly onRemove: () => void
}

function Blocker({ id, isBusy, isFirst, onRemove }: BlockerProps) {
  const card = useYard((view) => view.tasks.get(id))
  const title = card?.title ?? id
  return (
    <li className="dependency">
      <Lamp state={card?.state ?? null} />
      <span className="truncate">{title}</span>
      <Button
        look="quiet"
        className="ml-auto"
        isBusy={isBusy}
        autoFocus={isFirst}
        aria-label={`No longer wait for ${title}`}
        onClick={onRemove}
      >
        <X size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
    </li>
  )
}

interface FinderProps {
  readonly card: TaskCard
  readonly hasFocus: boolean
  readonly onPick: (id: string) => void
}

/** A field and what it finds; ↑↓ choose, ↵ adds. What would close a cycle is greyed and says so. */
function Finder({ card, hasFocus, onPick }: FinderProps) {
  const [query, setQuery] = useState('')
  const [place, setPlace] = useState(0)
  const tasks = useYard((view) => view.tasks)
  const found = candidates(tasks, card.id, query)
  const index = Math.min(place, found.length - 1)
  const pick = (at: number): void => {
    const choice = found[at]
    if (choice && choice.blocked === null) onPick(choice.card.id)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setPlace(Math.min(found.length - 1, Math.max(0, index + step)))
    else if (event.key === 'Enter') pick(index)
    else return
    event.preventDefault()
  }
  return (
    <div className="field">
      <label htmlFor="dependency-field">Also wait for</label>
      <input
        id="dependency-field"
        className="input"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls="dependency-choices"
        aria-autocomplete="list"
        aria-activedescendant={index >= 0 ? `dependency-${index}` : undefined}
        autoFocus={hasFocus}
        autoComplete="off"
        spellCheck={false}
        placeholder="Type a title"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setPlace(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div id="dependency-choices" role="listbox" aria-label="Tasks" className="dependency-choices">
        {found.map(({ card: other, blocked }, at) => (
          <div
            key={other.id}
            id={`dependency-${at}`}
            role="option"
            className="menu-item"
            aria-selected={at === index}
            aria-disabled={blocked !== null}
            data-highlighted={at === index || undefined}
            data-disabled={blocked !== null || undefined}
            onClick={() => pick(at)}
          >
            <Lamp state={other.state} />
            <span className="truncate">{other.title}</span>
            <span className="end">{blocked ?? labelOfState(other.state)}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className="text-12 text-text-2">No other task is called so.</p>}
    </div>
  )
}

/** What a task could wait for. */
export interface Candidate {
  readonly card: TaskCard
  /** Why it cannot; null = it can. */
  readonly blocked: string | null
}

const MOST = 8

/** By title or id, at most eight, those that fit first. What it waits for already is left out. */
export function candidates(tasks: Tasks, id: string, query: string): readonly Candidate[] {
  const words = query.trim().toLowerCase()
  const already = new Set(tasks.get(id)?.after)
  const below = downstreamOf(tasks, [id])
  const fitting: Candidate[] = []
  const others: Candidate[] = []
  for (const card of tasks.values()) {
    if (fitting.length === MOST) break
    if (card.id === id || already.has(card.id)) continue
    if (!card.title.toLowerCase().includes(words) && !card.id.includes(words)) continue
    if (below.has(card.id)) others.push({ card, blocked: 'Would close a cycle' })
    else fitting.push({ card, blocked: null })
  }
  return [...fitting, ...others].slice(0, MOST)
}
