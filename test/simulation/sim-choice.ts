/** What holds of every choice of an executor and a model. */
import type { Agent } from '../../src/domain/agent.ts'
import { armName } from '../../src/domain/routing/choice.ts'
import { ARMS } from './owner.ts'
import { holds } from './violation.ts'

const SAID = ['executor', 'model', 'exec', 'merging']

/** Only what names nobody and goes on with nobody's conversation is chosen for, and its agent is what was chosen. */
export function checkChoice(
  task: Readonly<Record<string, unknown>> | undefined,
  agent: Agent,
  learns: boolean,
): void {
  const { id, choice, resumed } = agent
  if (choice === null) return
  const isFree = task !== undefined && SAID.every((field) => task[field] === null)
  holds(learns && isFree && !resumed, 3, () => `${id} was chosen for a task that says who does it`)
  const isArm = choice.arm === armName(agent) && ARMS.includes(choice.arm)
  holds(isArm, 3, () => `${id} is ${armName(agent)}, and ${choice.arm} was chosen`)
}
