/** One way to narrow tasks down, the same on the graph and in the lists: words, and `state: tag: executor: model: agent: is:` fields. It stands in the address (`q`). */
import type { TaskCard } from '../../contract/view.ts'
import { labelOfState } from './task-state.ts'
import { currentRoute, navigate, type Screen, useHalf } from './route.ts'

export type TaskFilter = (card: TaskCard) => boolean

const FIELDS: Readonly<Record<string, (card: TaskCard, value: string) => boolean>> = {
  state: (card, value) =>
    value
      .split(',')
      .some((each) => card.state === each || labelOfState(card.state).toLowerCase() === each),
  tag: (card, value) => card.tags.some((tag) => tag.toLowerCase() === value),
  executor: (card, value) => card.executor?.toLowerCase() === value,
  model: (card, value) => card.model?.toLowerCase().includes(value) ?? false,
  agent: (card, value) => card.agent === value,
  priority: (card, value) => card.priority === value,
  id: (card, value) => card.id === value,
}

/** Null for an empty query: everything. An unknown field is taken as a word, so that nothing typed is lost. */
export function toFilter(query: string): TaskFilter | null {
  const words = query.toLowerCase().match(/\S+/g) ?? []
  if (words.length === 0) return null
  const tests = words.map((word) => testOf(word))
  return (card) => tests.every((test) => test(card))
}

function testOf(word: string): TaskFilter {
  const colon = word.indexOf(':')
  const field = FIELDS[word.slice(0, Math.max(0, colon))]
  const value = word.slice(colon + 1)
  if (field && value !== '') return (card) => field(card, value)
  return (card) => card.title.toLowerCase().includes(word) || card.id.includes(word)
}

/** True when each word of the query stands in one of the texts; for lists of other things than tasks. */
export function hasText(query: string, texts: readonly (string | null | undefined)[]): boolean {
  const all = texts.map((text) => (text ?? '').toLowerCase())
  const words = query.toLowerCase().match(/\S+/g) ?? []
  return words.every((word) => all.some((text) => text.includes(word)))
}

export const useQuery = (): string => useHalf().filters['q'] ?? ''

/** `screen`: whose list it narrows down, where two stand on one page. */
export function setQuery(q: string, screen: Screen = currentRoute().screen): void {
  const { filters, screen: now } = currentRoute()
  navigate({ screen, filters: { ...(screen === now ? filters : {}), q } }, { replace: true })
}

/** States shown, as the lamps of the bar choose them; null = all. */
export function statesOf(query: string): ReadonlySet<string> | null {
  const word = /(?:^|\s)state:(\S+)/.exec(query)?.[1]
  return word === undefined ? null : new Set(word.split(','))
}

/** The query with other states; an empty set takes the word out. */
export function withStates(query: string, states: ReadonlySet<string>): string {
  const rest = query.replace(/(?:^|\s)state:\S+/g, '').trim()
  const word = states.size === 0 ? '' : `state:${[...states].join(',')}`
  return [word, rest].filter(Boolean).join(' ')
}
