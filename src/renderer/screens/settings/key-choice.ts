/** Choosing other keys for a command: what is pressed, and whom it would take them from. Pure but for the table and the preferences. */
import { COMMANDS, type CommandInfo } from '../../actions/command-table.ts'
import { keysOf } from '../../actions/keys.ts'
import { getPreferences, setPreferences } from '../../model/preferences.ts'

/** A command that has these keys, or whose keys could not be told from them. Null = they are free. */
export function holderOf(keys: string, command: CommandInfo): CommandInfo | null {
  return (
    COMMANDS.find(
      (other) =>
        other.id !== command.id &&
        meet(other.place, command.place) &&
        keysOf(other).some((each) => clash(each, keys)),
    ) ?? null
  )
}

/** The graph is a place of tasks, too. */
const meet = (a: CommandInfo['place'], b: CommandInfo['place']): boolean =>
  a === 'all' || b === 'all' || a === b || (a !== b && [a, b].includes('graph'))

/** `g` is never heard alone while `g a` waits for its second key. */
const clash = (a: string, b: string): boolean =>
  a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `)

/** Gives the command these keys alone; `from` loses what clashes with them. */
export function takeKeys(command: CommandInfo, keys: string, from: CommandInfo | null): void {
  const own = { ...getPreferences().keys }
  if (from !== null) own[from.id] = allKeysOf(from).filter((each) => !clash(each, keys))
  own[command.id] = [keys]
  setPreferences({ keys: own })
}

/** With those that are off at the moment because single keys are. */
const allKeysOf = (command: CommandInfo): readonly string[] & string[] => [
  ...(getPreferences().keys[command.id] ?? command.keys),
]

export function turnOff(command: CommandInfo): void {
  setPreferences({ keys: { ...getPreferences().keys, [command.id]: [] } })
}

export function resetKeys(command: CommandInfo): void {
  const { [command.id]: _own, ...rest } = getPreferences().keys
  setPreferences({ keys: rest })
}
