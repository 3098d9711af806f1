/** Keys as a person reads them, and a command with its keys as an entry of a menu. */
import type { MenuEntry } from '../ui/popup-parts.tsx'
import { COMMANDS } from './command-table.ts'
import { blockedReason, labelOfCommand, runCommand } from './commands.ts'
import { keysOf, readableKey } from './keys.ts'

export function KeyHint({ keys }: { readonly keys: string }) {
  return <kbd>{readableKey(keys)}</kbd>
}

const commandOf = (id: string) => COMMANDS.find((each) => each.id === id)

/** The first of its keys, as this person has them. */
function keyOf(id: string): string | undefined {
  const command = commandOf(id)
  return command && keysOf(command)[0]
}

/** Nothing where the command has no key. */
export function CommandKey({ id }: { readonly id: string }) {
  const key = keyOf(id)
  return key === undefined ? null : <KeyHint keys={key} />
}

/** For a tip: `Find (⌘F)`. */
export function withKey(text: string, id: string): string {
  const key = keyOf(id)
  return key === undefined ? text : `${text} (${readableKey(key)})`
}

export const commandEntry = (id: string): MenuEntry & { readonly kind?: 'act' } => ({
  label: labelOfCommand(id) ?? commandOf(id)?.title ?? id,
  note: <CommandKey id={id} />,
  blocked: blockedReason(id),
  onSelect: () => void runCommand(id),
})
