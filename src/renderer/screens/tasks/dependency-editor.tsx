/** What a task waits for, to add to or take from. The keyboard's way to draw and remove tracks where there is no canvas. */
import { useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { TaskCard } from '../../../contract/view.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { PickList } from '../../ui/pick-list.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { labelOfState } from '../../model/task-state.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { editDependencies } from '../../actions/task/edit.ts'
import { downstreamOf, type Tasks } from '../../model/reach.ts'

type How = 'add' | 'remove'

/** `id`: of the task whose dependencies are edited; null = none. */
const store = createStore<{ readonly id: string | null; readonly how: How }>(() => ({
  id: null,
  how: 'add',
}))

export const openDependencyEditor = (id: string, how: How): void => store.setState({ id, how })
const close = (): void => store.setState({ id: null })

export function DependencyEditor() {
  const { id, how } = useStore(store)
  const card = useYard((view) => view.tasks.get(id ?? ''))
  return (
    <Dialog
      title={card ? `What “${card.title}” waits for` : 'Dependencies'}
      isOpen={card !== undefined}
      onClose={close}
    >
      {card && <Editor card={card} how={how} />}
    </Dialog>
  )
}

function Editor({ card, how }: { readonly card: TaskCard; readonly how: How }) {
  const session = useSession()
  const [busy, setBusy] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (act: How, blocker: string): Promise<void> => {
    setBusy(blocker)
    const refused = await editDependencies(session, act, [{ blocker, dependent: card.id }])
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
        icon="close"
        className="ml-auto"
        isBusy={isBusy}
        autoFocus={isFirst}
        aria-label={`No longer wait for ${title}`}
        onClick={onRemove}
      />
    </li>
  )
}

interface FinderProps {
  readonly card: TaskCard
  readonly hasFocus: boolean
  readonly onPick: (id: string) => void
}

/** A field and what it finds. What would close a cycle says so, and is refused by the host. */
function Finder({ card, hasFocus, onPick }: FinderProps) {
  const tasks = useYard((view) => view.tasks)
  return (
    <div className="field">
      <span className="field-label">Also wait for</span>
      <PickList
        label="Also wait for"
        placeholder="Type a title"
        hasFocus={hasFocus}
        optionsFor={(text) =>
          candidates(tasks, card.id, text).map(({ card: { id, title, state }, blocked }) => ({
            id,
            label: title,
            icon: <Lamp state={state} />,
            note: blocked ?? labelOfState(state),
            isDoubtful: blocked !== null,
          }))
        }
        onPick={({ id }) => onPick(id)}
        emptyText="No other task is called so."
      />
    </div>
  )
}

const MOST = 8

/** What a task could wait for, by title or id, at most eight, those that fit first; `blocked` says why one cannot. What it waits for already is left out. */
export function candidates(tasks: Tasks, id: string, query: string) {
  const words = query.trim().toLowerCase()
  const already = new Set(tasks.get(id)?.after)
  const below = downstreamOf(tasks, [id])
  const found = [...tasks.values()].filter(
    (card) =>
      card.id !== id &&
      !already.has(card.id) &&
      (card.title.toLowerCase().includes(words) || card.id.includes(words)),
  )
  return found
    .map((card) => ({ card, blocked: below.has(card.id) ? 'Would close a cycle' : null }))
    .toSorted((a, b) => Number(a.blocked !== null) - Number(b.blocked !== null))
    .slice(0, MOST)
}
