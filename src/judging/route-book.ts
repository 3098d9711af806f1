/**
 * All that choices of a route are made from: the latest ended tries, what they were worth, and which of them were chosen. Fed try by
 * try, so that a choice reads sums and no list. Only the latest are kept; what falls out leaves the sums as if it had never been.
 */
import type { Choice } from '../domain/routing/choice.ts'
import {
  type Arm,
  assumedScore,
  createRouteMemory,
  type RouteMemory,
  type RouteOutcome,
} from './route-choice.ts'

/** An ended try, as far as it tells something of its arm. */
export interface EndedTry {
  readonly id: string
  readonly kind: string
  readonly arm: Pick<Arm, 'name' | 'tier'>
  /** other: the provider's trouble, a kill, a loss: nothing of the arm's own. */
  readonly end: 'done' | 'failed' | 'other'
  readonly costUsd: number | null
  readonly hours: number
}

/** What is said of a try: by a model, by a person. */
export interface TryScore {
  readonly model: number | null
  readonly person: number | null
  /** False where it was sent back by its gate. */
  readonly passed: boolean | null
}

/** A try that was chosen and whose worth is known. */
export interface ChosenTry {
  readonly choice: Choice
  readonly outcome: RouteOutcome
}

interface Entry {
  choice: Choice | null
  ended: EndedTry | null
  score: TryScore
  isRejected: boolean
  outcome: { readonly value: RouteOutcome; readonly place: number } | null
}

export interface RouteBook {
  readonly memory: RouteMemory
  /** An agent was given its arm by choice; also told of those that have ended since. */
  chosen(id: string, choice: Choice): void
  ended(end: EndedTry): void
  /** What is said of it replaces what was said before. Tries that are not known, or no longer, are passed over. */
  scored(id: string, score: TryScore): void
  /** A person did not approve of it. */
  rejected(id: string): void
  /** The arm of a try; null where none is known. */
  armOf(id: string): string | null
  /** Living tries included. */
  counts(kind: string): { readonly chosen: number; readonly explored: number }
  /** The best arm of a kind as far as known, where that was found for tasks that go to `today` by the settings. */
  incumbent(kind: string, today: string): string
  chosenTries(kind: string): readonly ChosenTry[]
  /** Kinds of which a try or a choice is known. */
  kinds(): readonly string[]
}

const UNSCORED: TryScore = { model: null, person: null, passed: null }

/** `keeps`: at most so many tries are known. */
export function createRouteBook(halfLife: number, keeps: number): RouteBook {
  const memory = createRouteMemory(halfLife)
  const entries = new Map<string, Entry>()
  const counts = new Map<string, { chosen: number; explored: number }>()
  const incumbents = new Map<string, Pick<Choice, 'incumbent' | 'today'>>()

  const count = ({ kind, explored }: Choice, by: 1 | -1): void => {
    const known = counts.get(kind) ?? { chosen: 0, explored: 0 }
    counts.set(kind, known)
    known.chosen += by
    if (explored) known.explored += by
  }
  const entryOf = (id: string): Entry => {
    const known = entries.get(id)
    if (known) return known
    const entry: Entry = {
      choice: null,
      ended: null,
      score: UNSCORED,
      isRejected: false,
      outcome: null,
    }
    entries.set(id, entry)
    const [oldest] = entries
    if (entries.size > keeps && oldest) forget(...oldest)
    return entry
  }
  const forget = (id: string, { choice, outcome }: Entry): void => {
    entries.delete(id)
    if (choice) count(choice, -1)
    if (outcome) memory.remove(outcome.value, outcome.place)
  }
  const value = (entry: Entry): void => {
    const now = entry.ended && outcomeOf(memory, entry.ended, entry)
    const { outcome: before } = entry
    if (now === null) return
    if (before) memory.change(before.value, now, before.place)
    entry.outcome = { value: now, place: before?.place ?? memory.add(now) }
  }
  return {
    memory,
    chosen(id, choice) {
      const entry = entryOf(id)
      if (entry.choice) return
      entry.choice = choice
      count(choice, 1)
      incumbents.set(choice.kind, choice)
    },
    ended(end) {
      const entry = entryOf(end.id)
      if (entry.ended) return
      entry.ended = end
      value(entry)
    },
    scored(id, score) {
      const entry = entries.get(id)
      if (!entry) return
      entry.score = score
      value(entry)
    },
    rejected(id) {
      const entry = entries.get(id)
      if (!entry) return
      entry.isRejected = true
      value(entry)
    },
    armOf(id) {
      const entry = entries.get(id)
      return entry?.choice?.arm ?? entry?.ended?.arm.name ?? null
    },
    counts: (kind) => counts.get(kind) ?? { chosen: 0, explored: 0 },
    incumbent(kind, today) {
      const known = incumbents.get(kind)
      return known?.today === today ? known.incumbent : today
    },
    chosenTries: (kind) =>
      [...entries.values()].flatMap(({ choice, outcome }) =>
        choice?.kind === kind && outcome ? [{ choice, outcome: outcome.value }] : [],
      ),
    kinds: () => [...new Set([...memory.kinds(), ...counts.keys()])],
  }
}

/** A person's word counts above all, then a failure, then the model's. Null where the try tells nothing of its arm. */
function outcomeOf(
  memory: RouteMemory,
  { kind, arm, end, costUsd, hours }: EndedTry,
  { score: { model, person, passed }, isRejected }: Pick<Entry, 'score' | 'isRejected'>,
): RouteOutcome | null {
  const facts = { kind, arm: arm.name, costUsd, hours }
  if (end === 'other') return null
  if (person !== null) return { ...facts, end: 'scored', score: person }
  if (end === 'failed' || isRejected || passed === false)
    return { ...facts, end: 'failed', score: 0 }
  if (model !== null) return { ...facts, end: 'scored', score: model }
  return { ...facts, end: 'assumed', score: assumedScore(memory, kind, arm) }
}
