/** Asking before an act that stops or loses something. One question at a time; the frame draws it. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export interface Choice {
  readonly id: string
  /** Verb and number: `Kill 5 agents`. */
  readonly label: string
  /** What follows from it, in a line; shown beside it. */
  readonly detail?: string
  readonly look?: 'plain' | 'main' | 'danger'
}

export interface Question {
  readonly title: string
  /** What stops, what is kept, what starts next: one line each. */
  readonly lines: readonly string[]
  readonly choices: readonly Choice[]
  /** The person types this before the choice is open. */
  readonly typed?: string
  /** A free field, e.g. a reason. */
  readonly field?: { readonly label: string; readonly isRequired: boolean }
}

interface Asked {
  /** Differs from question to question. */
  readonly id: number
  readonly question: Question
  readonly answer: (answer: { readonly choice: string; readonly text: string } | null) => void
}

let lastId = 0
const store = createStore<{ readonly asked: Asked | null }>(() => ({ asked: null }))
export const useAsked = (): Asked | null => useStore(store, ({ asked }) => asked)

/** The chosen id, or null when the person left. An earlier question is left by a new one. */
export function ask(
  question: Question,
): Promise<{ readonly choice: string; readonly text: string } | null> {
  store.getState().asked?.answer(null)
  return new Promise((resolve) => {
    const answer: Asked['answer'] = (given) => {
      store.setState({ asked: null })
      resolve(given)
    }
    store.setState({ asked: { id: ++lastId, question, answer } })
  })
}
