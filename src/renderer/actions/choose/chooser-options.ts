/** What each chooser offers for the chosen tasks, and what taking one changes. Pure but for the names of the yard. */
import { PRIORITIES } from '../../../domain/task.ts'
import type { TaskCard } from '../../../contract/view.ts'
import type { PickOption } from '../../ui/pick-list.tsx'
import { labelOfState } from '../../model/task-state.ts'
import { pathBetween } from '../../model/reach.ts'
import { countOf } from '../action.ts'
import type { ChooserKind } from './chooser-state.ts'
import type { FieldEdit } from '../task/edit.ts'
import { tagsOf, type Tasks } from '../add/find-named.ts'
import type { NamesOfYard } from '../add/use-names.ts'

export interface ChooserWorld {
  readonly tasks: Tasks
  readonly names: NamesOfYard
  /** The chosen tasks. */
  readonly cards: readonly TaskCard[]
}

export type ListKind = Exclude<ChooserKind, 'title'>

/** What fits the typed words. */
export function chooserOptions(
  kind: ListKind,
  world: ChooserWorld,
  text: string,
): readonly PickOption[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = ALL[kind](world).filter(({ label, id }) =>
    words.every((word) => `${label} ${id}`.toLowerCase().includes(word)),
  )
  const typed = text.trim()
  const isNewTag = kind === 'tag' && typed !== '' && !found.some(({ id }) => id === typed)
  return isNewTag ? [...found, { id: typed, label: `New tag “${typed}”` }] : found
}

const ALL: Readonly<Record<ListKind, (world: ChooserWorld) => readonly PickOption[]>> = {
  executor: ({ names, cards }) => [
    {
      id: '',
      label: `Default${names.defaultExecutor === null ? '' : ` (${names.defaultExecutor})`}`,
      isChecked: cards.every(({ executor }) => executor === null),
    },
    ...names.executors.map(({ name, type, problem }) => ({
      id: name,
      label: name,
      note: problem === null ? type : 'cannot start here',
      isDoubtful: problem !== null,
      isChecked: cards.every(({ executor }) => executor === name),
    })),
  ],
  model: ({ names, cards }) => [
    { id: '', label: 'The executor’s own', isChecked: cards.every(({ model }) => model === null) },
    ...names.models.map(({ name, provider }) => ({
      id: name,
      label: name,
      ...fitOf(name, provider, { names, cards }),
      isChecked: cards.every(({ model }) => model === name),
    })),
  ],
  priority: ({ cards }) =>
    PRIORITIES.map((each) => ({
      id: each,
      label: each.charAt(0).toUpperCase() + each.slice(1),
      isChecked: cards.every(({ priority }) => priority === each),
    })),
  tag: ({ tasks, cards }) =>
    tagsOf(tasks).map((tag) => ({
      id: tag,
      label: tag,
      isChecked: cards.every(({ tags }) => tags.includes(tag)),
    })),
  link: ({ tasks, cards }) => {
    const chosen = new Set(cards.map(({ id }) => id))
    return [...tasks.values()]
      .filter(
        (card) => !chosen.has(card.id) && !cards.every(({ after }) => after.includes(card.id)),
      )
      .toReversed()
      .map((card) => blockerOption(tasks, cards, card))
  },
  unlink: ({ tasks, cards }) =>
    [...new Set(cards.flatMap(({ after }) => after))].map((id) => {
      const blocker = tasks.get(id)
      return blocker
        ? { id, label: blocker.title, note: labelOfState(blocker.state) }
        : { id, label: id }
    }),
}

/** A model that an executor of the chosen tasks cannot run says so; taken all the same, its task waits for another executor. */
function fitOf(
  name: string,
  provider: string,
  { names, cards }: Pick<ChooserWorld, 'names' | 'cards'>,
): Pick<PickOption, 'note' | 'isDoubtful'> {
  const unfit = cards.flatMap(({ executor }) => {
    const own = executor ?? names.defaultExecutor
    const found = names.executors.find((each) => each.name === own)
    return found && isUnfit(found, name) ? [found.name] : []
  })
  const [first] = unfit
  return first === undefined
    ? { note: provider }
    : { note: `${first} cannot run it`, isDoubtful: true }
}

/** A schedule hands on to another executor, so it says nothing of models. */
const isUnfit = ({ type, models }: NamesOfYard['executors'][number], name: string): boolean =>
  type !== 'schedule' && !(models ?? []).includes(name)

function blockerOption(tasks: Tasks, cards: readonly TaskCard[], card: TaskCard): PickOption {
  const closes = cards.length === 1 && closesCycle(tasks, cards[0]?.id ?? '', card.id)
  return {
    id: card.id,
    label: card.title,
    note: closes ? 'would close a cycle' : labelOfState(card.state),
    isDoubtful: closes,
  }
}

const closesCycle = (tasks: Tasks, dependent: string, blocker: string): boolean =>
  pathBetween(tasks, dependent, blocker) !== null

/** The edit that taking a choice means. */
export function editFor(
  kind: Exclude<ListKind, 'link' | 'unlink'>,
  { id, isChecked = false }: PickOption,
  cards: readonly TaskCard[],
): FieldEdit {
  const what = countOf(cards)
  switch (kind) {
    case 'executor':
      return {
        label: id === '' ? `Default executor for ${what}` : `Gave ${what} to ${id}`,
        to: () => ({ executor: id === '' ? null : id }),
        back: ({ executor }) => ({ executor }),
      }
    case 'model':
      return {
        label: id === '' ? `Executor’s own model for ${what}` : `${id} for ${what}`,
        to: () => ({ model: id === '' ? null : id }),
        back: ({ model }) => ({ model }),
      }
    case 'priority':
      return {
        label: `Priority ${id} for ${what}`,
        to: () => ({ priority: PRIORITIES.find((each) => each === id) ?? 'normal' }),
        back: ({ priority }) => ({ priority }),
      }
    case 'tag':
      return {
        label: isChecked ? `Took tag ${id} from ${what}` : `Tagged ${what} ${id}`,
        to: () => (isChecked ? { removeTags: [id] } : { addTags: [id] }),
        back: ({ tags }) => ({ tags }),
      }
  }
}
