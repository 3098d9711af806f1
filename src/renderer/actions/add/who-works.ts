/** Which executor a new task will get, said before it is added. Pure; the host decides by the same rules. */
import { namedExecutor, type CardFields } from './new-task-input.ts'
import type { NamesOfYard } from './use-names.ts'

export interface WhoWorks {
  readonly text: string
  /** It could not start as things are. */
  readonly isProblem: boolean
  /** Nothing can be added so: what is missing has to be written first. */
  readonly isMissing?: boolean
}

/** `executor` null: none is named. Null while the host has not answered yet. */
export function whoWorks(
  { executors, defaultExecutor }: NamesOfYard,
  executor: string | null,
  hasCommand: boolean,
): WhoWorks | null {
  const name = executor ?? (hasCommand ? 'shell' : defaultExecutor)
  if (name === null || executors.length === 0) return null
  const found = executors.find((each) => each.name === name)
  if (!found) return bad(`There is no executor “${name}”.`)
  if (found.type === 'shell' && !hasCommand)
    return {
      ...bad(`${name} needs a command: write one below, or choose another executor.`),
      // The yard’s default may be another one when the task is started.
      isMissing: executor !== null,
    }
  if (found.type !== 'shell' && hasCommand && found.type !== 'schedule')
    return bad(`${name} runs no command of a task. Leave the command out, or choose shell.`)
  if (found.problem !== null) return bad(`${name} cannot start here: ${found.problem}`)
  return { text: sentence(name, found.type, executor === null, hasCommand), isProblem: false }
}

/** The same for what a card holds. */
export const whoOf = (fields: CardFields, names: NamesOfYard): WhoWorks | null =>
  whoWorks(names, namedExecutor(fields), fields.command.trim() !== '')

const bad = (text: string): WhoWorks => ({ text, isProblem: true })

function sentence(name: string, type: string, isDefault: boolean, hasCommand: boolean): string {
  if (hasCommand) return `${name} runs the command.`
  if (type === 'manual') return 'A person does it.'
  return isDefault ? `${name} works on it: the yard’s default.` : `${name} works on it.`
}
