/** Chooses one field of the chosen tasks: by typing and ↵, the same on the graph and in the lists. */
import { useState, type FormEvent } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { PRIORITIES } from '../../../domain/graph/priority.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import type { Session } from '../../model/session/session.ts'
import { pathBetween, type Tasks } from '../../model/reach.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { Field } from '../../ui/fields.tsx'
import { capital } from '../../ui/format.ts'
import { PickList, type PickOption } from '../../ui/pick-list.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { countOf } from '../action.ts'
import { againstModel, useNames, type NamesOfYard } from '../add/names.ts'
import { type ChooserKind, closeChooser, type ListKind, useChooser } from '../chosen-field.ts'
import { tagsOf } from '../add/title-language.ts'
import { editDependencies, editTasks, type FieldEdit } from '../task/edit.ts'
import { labelOfState } from '../../model/task-state.ts'

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
      {isOpen &&
        (chooser.kind === 'title' ? (
          <Rename cards={cards} />
        ) : (
          <Choices key={chooser.kind} kind={chooser.kind} cards={cards} />
        ))}
    </Dialog>
  )
}

const EMPTY: Readonly<Record<ListKind, string>> = {
  executor: 'No executor is named so.',
  model: 'No model is named so.',
  priority: 'No priority is named so.',
  tag: 'No tags yet. Type one.',
  link: 'No other task fits.',
  unlink: 'It waits for nothing.',
}

interface ChoicesProps {
  readonly kind: ListKind
  readonly cards: readonly TaskCard[]
}

function Choices({ kind, cards }: ChoicesProps) {
  const session = useSession()
  const tasks = useYard((view) => view.tasks)
  const names = useNames()
  const [problem, setProblem] = useState<Problem | null>(null)
  const onPick = async (option: PickOption): Promise<void> => {
    const refused = await CHANGES[kind](session, cards, option)
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

interface ChooserWorld {
  readonly tasks: Tasks
  readonly names: NamesOfYard
  /** The chosen tasks. */
  readonly cards: readonly TaskCard[]
}

/** What fits the typed text. */
function chooserOptions(kind: ListKind, world: ChooserWorld, text: string): readonly PickOption[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = OPTIONS[kind](world).filter(({ label, id }) =>
    words.every((word) => `${label} ${id}`.toLowerCase().includes(word)),
  )
  const typed = text.trim()
  const isNewTag = kind === 'tag' && typed !== '' && !found.some(({ id }) => id === typed)
  return isNewTag ? [...found, { id: typed, label: `New tag “${typed}”` }] : found
}

const OPTIONS: Readonly<Record<ListKind, (world: ChooserWorld) => readonly PickOption[]>> = {
  executor: ({ names: { executors, defaultExecutor }, cards }) => [
    {
      id: '',
      label: `Default${defaultExecutor === null ? '' : ` (${defaultExecutor})`}`,
      isChecked: cards.every(({ executor }) => executor === null),
    },
    ...executors.map((each) => ({
      id: each.name,
      label: each.name,
      note: each.problem === null ? each.type : 'Cannot start here',
      isDoubtful: each.problem !== null,
      isChecked: cards.every(({ executor }) => executor === each.name),
    })),
  ],
  // A model that an executor of the chosen tasks cannot run says so; taken all the same, its task waits for another executor.
  model: ({ names, cards }) => [
    { id: '', label: 'The executor’s own', isChecked: cards.every(({ model }) => model === null) },
    ...names.models.map(({ name, provider }) => {
      const [against] = cards.flatMap(
        ({ executor }) => againstModel(names, executor ?? names.defaultExecutor, name) ?? [],
      )
      return {
        id: name,
        label: name,
        note: against ?? provider,
        isDoubtful: against !== undefined,
        isChecked: cards.every(({ model }) => model === name),
      }
    }),
  ],
  priority: ({ cards }) =>
    PRIORITIES.map((each) => ({
      id: each,
      label: capital(each),
      isChecked: cards.every(({ priority }) => priority === each),
    })),
  tag: ({ tasks, cards }) =>
    tagsOf(tasks).map((tag) => ({
      id: tag,
      label: tag,
      isChecked: cards.every(({ tags }) => tags.includes(tag)),
    })),
  link: ({ tasks, cards }) =>
    [...tasks.values()]
      .filter(
        ({ id }) =>
          !cards.some((card) => card.id === id) && !cards.every(({ after }) => after.includes(id)),
      )
      .toReversed()
      .map(({ id, title, state }) => {
        const [only, ...others] = cards
        const closes = only && others.length === 0 && pathBetween(tasks, only.id, id) !== null
        return {
          id,
          label: title,
          note: closes ? 'Would close a cycle' : labelOfState(state),
          isDoubtful: closes === true,
        }
      }),
  unlink: ({ tasks, cards }) =>
    [...new Set(cards.flatMap(({ after }) => after))].map((id) => {
      const blocker = tasks.get(id)
      return blocker
        ? { id, label: blocker.title, note: labelOfState(blocker.state) }
        : { id, label: id }
    }),
}

type Change = (
  session: Session,
  cards: readonly TaskCard[],
  option: PickOption,
) => Promise<Problem | null>

const fieldChange =
  (edit: (option: PickOption, what: string) => FieldEdit): Change =>
  (session, cards, option) =>
    editTasks(session, cards, edit(option, countOf(cards)))

const dependencyChange =
  (how: 'add' | 'remove'): Change =>
  async (session, cards, { id: blocker }) => {
    const others = cards.filter(({ after }) => after.includes(blocker) === (how === 'remove'))
    const ends = others.map(({ id }) => ({ blocker, dependent: id }))
    return ends.length === 0 ? null : editDependencies(session, how, ends)
  }

/** What taking a choice means. */
const CHANGES: Readonly<Record<ListKind, Change>> = {
  executor: fieldChange(({ id }, what) => ({
    label: id === '' ? `Default executor for ${what}` : `Gave ${what} to ${id}`,
    to: () => ({ executor: id === '' ? null : id }),
    back: ({ executor }) => ({ executor }),
  })),
  model: fieldChange(({ id }, what) => ({
    label: id === '' ? `Executor’s own model for ${what}` : `${id} for ${what}`,
    to: () => ({ model: id === '' ? null : id }),
    back: ({ model }) => ({ model }),
  })),
  priority: fieldChange(({ id }, what) => ({
    label: `Priority ${id} for ${what}`,
    to: () => ({ priority: PRIORITIES.find((each) => each === id) ?? 'normal' }),
    back: ({ priority }) => ({ priority }),
  })),
  tag: fieldChange(({ id, isChecked = false }, what) => ({
    label: isChecked ? `Took tag ${id} from ${what}` : `Tagged ${what} ${id}`,
    to: () => (isChecked ? { removeTags: [id] } : { addTags: [id] }),
    back: ({ tags }) => ({ tags }),
  })),
  link: dependencyChange('add'),
  unlink: dependencyChange('remove'),
}

function Rename({ cards: [card] }: { readonly cards: readonly TaskCard[] }) {
  const session = useSession()
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
