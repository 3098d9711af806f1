/** How the states of tasks look in a terminal: a sign and a colour, never a colour alone. */
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { isHeldUp } from '../../domain/held-up.ts'
import { reasonInSentence, repeatsState } from '../../domain/reason.ts'
import type { ShownState } from '../../domain/task.ts'
import type { Colour, Printer } from './print.ts'

const LOOKS: Readonly<Record<ShownState, readonly [sign: string, colour: Colour | null]>> = {
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
export const stateText = (
  state: ShownState,
  fact: string | null,
  reason: TaskCard['reason'],
): string =>
  fact === null || repeatsState(reason) ? state : `${state} (${reasonInSentence(fact, reason)})`

export const signOf = (state: ShownState): string => LOOKS[state][0]

export function paintState(print: Pick<Printer, 'paint'>, state: ShownState, text: string): string {
  const colour = LOOKS[state][1]
  return colour === null ? text : print.paint(colour, text)
}

/** How an agent has ended, in one word. One that asked a person, or that could not begin yet, has not failed. */
export function outcomeOf(agent: Pick<AgentView, 'outcome' | 'failure'>): string {
  if (agent.failure?.class === 'question') return 'asked'
  return isHeldUp(agent) ? 'held-up' : (agent.outcome ?? 'ended')
}
