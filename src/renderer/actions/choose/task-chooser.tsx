/** Chooses one field of the chosen tasks: by typing and ↵, the same on the graph and in the lists. */
import { useState, type FormEvent } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { Field } from '../../ui/fields.tsx'
import { PickList, type PickOption } from '../../ui/pick-list.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { editDependency } from '../task/edit.ts'
import { countOf } from '../action.ts'
import { chooserOptions, editFor, type ListKind } from './chooser-options.ts'
import { closeChooser, useChooser, type Chooser, type ChooserKind } from './chooser-state.ts'
import { editTasks } from '../task/edit.ts'
import { useNames } from '../add/use-names.ts'

const TITLES: Readonly<Record<ChooserKind, string>> = {
  executor: 'Executor of',
  model: 'Model of',
  priority: 'Priority of',
  tag: 'Tags of',
  title: 'Rename',
  link: 'Add a dependency to',
  unlink: 'Remove a dependency of',
}

export function TaskChooser() {
  const chooser = useChooser()
  const tasks = useYard((view) => view.tasks)
  const cards = (chooser?.ids ?? []).flatMap((id) => tasks.get(id) ?? [])
  const isOpen = chooser !== null && cards.length > 0
  return (
    <Dialog
      title={chooser ? `${TITLES[chooser.kind]} ${countOf(cards)}` : ''}
      isOpen={isOpen}
      onClose={closeChooser}
    >
      {isOpen && <ChooserBody key={chooser.kind} chooser={chooser} cards={cards} />}
    </Dialog>
  )
}

interface BodyProps {
  readonly chooser: Chooser
  readonly cards: readonly TaskCard[]
}

function ChooserBody({ chooser: { kind }, cards }: BodyProps) {
  return kind === 'title' ? <Rename cards={cards} /> : <Choices kind={kind} cards={cards} />
}

const EMPTY: Readonly<Record<ListKind, string>> = {
  executor: 'No executor is named so.',
  model: 'No model is named so.',
  priority: 'No priority is named so.',
  tag: 'No tags yet. Type one.',
  link: 'No other task fits.',
  unlink: 'It waits for nothing.',
}

function Choices({
  kind,
  cards,
}: {
  readonly kind: ListKind
  readonly cards: readonly TaskCard[]
}) {
  const session = useSession()
  const tasks = useYard((view) => view.tasks)
  const names = useNames()
  const [problem, setProblem] = useState<Problem | null>(null)
  const onPick = async (option: PickOption): Promise<void> => {
    const refused =
      kind === 'link' || kind === 'unlink'
        ? await editLinks(session, kind, option.id, cards)
        : await editTasks(session, cards, editFor(kind, option, cards))
    setProblem(refused)
    // Tags are many: the list stays for the next one.
    if (refused === null && kind !== 'tag') closeChooser()
  }
  return (
    <>
      <PickList
        label={`${TITLES[kind]} ${countOf(cards)}`}
        placeholder={kind === 'tag' ? 'Find or type a tag' : 'Find'}
        optionsFor={(text) => chooserOptions(kind, { tasks, names, cards }, text)}
        onPick={(option) => void onPick(option)}
        emptyText={EMPTY[kind]}
      />
      <ProblemNote problem={problem} onClose={() => setProblem(null)} />
    </>
  )
}

async function editLinks(
  session: ReturnType<typeof useSession>,
  kind: 'link' | 'unlink',
  blocker: string,
  cards: readonly TaskCard[],
): Promise<Problem | null> {
  for (const { id, after } of cards) {
    if (after.includes(blocker) === (kind === 'link')) continue
    const how = kind === 'link' ? 'add' : 'remove'
    const refused = await editDependency(session, how, { blocker, dependent: id })
    if (refused) return refused
  }
  return null
}

function Rename({ cards }: { readonly cards: readonly TaskCard[] }) {
  const session = useSession()
  const [card] = cards
  const [title, setTitle] = useState(card?.title ?? '')
  const [problem, setProblem] = useState<Problem | null>(null)
  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!card || title.trim() === '') return
    if (title.trim() === card.title) return closeChooser()
    const refused = await editTasks(session, [card], {
      label: `Renamed “${card.title}”`,
      to: () => ({ title: title.trim() }),
      back: (before) => ({ title: before.title }),
    })
    setProblem(refused)
    if (refused === null) closeChooser()
  }
  return (
    <form className="flex flex-col gap-3" onSubmit={(event) => void onSubmit(event)}>
      <Field
        label="Title"
        value={title}
        autoFocus
        maxLength={500}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTitle(event.target.value)}
      />
      <ProblemNote problem={problem} onClose={() => setProblem(null)} />
      <div className="dialog-acts">
        <Button onClick={closeChooser}>Cancel</Button>
        <Button look="main" type="submit">
          Rename
        </Button>
      </div>
    </form>
  )
}
