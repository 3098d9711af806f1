/** How the states of tasks look in a terminal: a sign and a colour, never a colour alone. */
import { factInText } from '../domain/fact-in-text.ts'
import type { Colour, Printer } from './print.ts'

const LOOKS: Readonly<Record<string, readonly [sign: string, colour: Colour | null]>> = {
  done: ['✓', 'green'],
  failed: ['✗', 'red'],
  abandoned: ['⊘', 'dim'],
  'in-progress': ['▶', 'blue'],
  'pending-eval': ['◆', 'blue'],
  waiting: ['?', 'yellow'],
  paused: ['‖', 'yellow'],
  blocked: ['·', 'dim'],
  delayed: ['◷', null],
  parked: ['☾', 'yellow'],
  ready: ['○', null],
}

/** `blocked (2 to go)`; a fact that says the state once more is left out. */
export const stateText = (state: string, fact: string | null): string =>
  fact === null || fact.toLowerCase() === state ? state : `${state} (${factInText(fact)})`

export const signOf = (state: string): string => LOOKS[state]?.[0] ?? '·'

export function paintState(print: Pick<Printer, 'paint'>, state: string, text: string): string {
  const colour = LOOKS[state]?.[1] ?? null
  return colour === null ? text : print.paint(colour, text)
}
