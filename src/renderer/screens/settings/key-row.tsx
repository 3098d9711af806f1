/** One command with its keys: pressed anew, given back, or turned off. */
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { type CommandInfo, COMMANDS } from '../../actions/command-table.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { isSingle, keyNameOfEvent, keysOf, readableKey } from '../../actions/keys.ts'
import { getPreferences, setPreferences, usePreferences } from '../../model/preferences.ts'
import { SettingRow } from './setting.tsx'
import { focusAfterDraw } from '../../ui/focus.ts'

const PLACES = { all: undefined, graph: 'On the graph', tasks: 'On tasks' } as const

export function KeyRow({ command }: { readonly command: CommandInfo }) {
  const own = usePreferences((preferences) => preferences.keys[command.id])
  usePreferences((preferences) => preferences.singleKeys) // single keys come and go with it
  const [isAsking, setAsking] = useState(false)
  const [wanted, setWanted] = useState<string | null>(null)
  const holder = wanted === null ? null : holderOf(wanted, command)
  const keys = keysOf(command)
  const change = useRef<HTMLSpanElement>(null)
  const end = (): void => {
    setAsking(false)
    setWanted(null)
    focusAfterDraw(() => change.current?.querySelector('button'))
  }
  const take = (pressed: string): void => {
    if (holderOf(pressed, command) !== null) return setWanted(pressed)
    takeKeys(command, pressed, null)
    end()
  }
  return (
    <SettingRow
      label={command.title}
      note={PLACES[command.place]}
      below={
        wanted !== null && holder !== null ? (
          <p role="alert" className="key-clash flex flex-wrap items-center justify-end">
            {readableKey(wanted)} is {holder.title}.
            <Button autoFocus onClick={() => (takeKeys(command, wanted, holder), end())}>
              Use it here
            </Button>
            <Button look="quiet" onClick={end}>
              Leave it
            </Button>
          </p>
        ) : undefined
      }
    >
      {isAsking && wanted === null ? (
        <KeyCatcher
          label={`New keys of ${command.title}`}
          onKeys={take}
          onLeave={end}
          onBlur={() => setAsking(false)}
        />
      ) : (
        <>
          {keys.length === 0 && <span className="text-text-3">None</span>}
          {keys.map((each) => (
            <KeyHint key={each} keys={each} />
          ))}
        </>
      )}
      <span ref={change}>
        <Button disabled={isAsking} onClick={() => setAsking(true)}>
          Change<span className="visually-hidden"> keys of {command.title}</span>
        </Button>
      </span>
      {(own !== undefined || keys.length > 0) && (
        <Button look="quiet" onClick={() => (own ? resetKeys : turnOff)(command)}>
          {own ? 'Reset' : 'Turn off'}
          <span className="visually-hidden"> keys of {command.title}</span>
        </Button>
      )}
    </SettingRow>
  )
}

/** How long a single key waits for a second one. */
const SECOND_KEY_MS = 1000

interface KeyCatcherProps {
  readonly label: string
  readonly onKeys: (keys: string) => void
  readonly onLeave: () => void
  readonly onBlur: () => void
}

/** Takes what is pressed next; Esc and Tab leave. */
function KeyCatcher({ label, onKeys, onLeave, onBlur }: KeyCatcherProps) {
  const [first, setFirst] = useState<string | null>(null)
  const onAlone = useEffectEvent(onKeys)
  useEffect(() => {
    if (first === null) return undefined
    const timer = setTimeout(() => onAlone(first), SECOND_KEY_MS)
    return () => clearTimeout(timer)
  }, [first])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Tab') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Escape') return onLeave()
    const word = keyNameOfEvent(event.nativeEvent)
    if (word === null) return
    if (first !== null) onKeys(isSingle(word) ? `${first} ${word}` : word)
    else if (isSingle(word)) setFirst(word)
    else onKeys(word)
  }
  return (
    <input
      className="input"
      aria-label={label}
      readOnly
      autoFocus
      placeholder="Press keys, Esc leaves"
      value={first === null ? '' : `${readableKey(first)} …`}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
    />
  )
}

// Choosing other keys for a command: what is pressed, and whom it would take them from. Pure but for the table and the preferences.

/** A command that has these keys, or whose keys could not be told from them. Null = they are free. */
export function holderOf(keys: string, command: CommandInfo): CommandInfo | null {
  const holds = (other: CommandInfo): boolean =>
    other.id !== command.id &&
    meet(other.place, command.place) &&
    keysOf(other).some((each) => clash(each, keys))
  return COMMANDS.find(holds) ?? null
}

/** The graph is a place of tasks, too. */
const meet = (a: CommandInfo['place'], b: CommandInfo['place']): boolean =>
  a === b || [a, b].some((each) => each === 'all' || each === 'graph')

/** `g` is never heard alone while `g a` waits for its second key. */
const clash = (a: string, b: string): boolean =>
  a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `)

/** Gives the command these keys alone; `from` loses what clashes with them. */
export function takeKeys(command: CommandInfo, keys: string, from: CommandInfo | null): void {
  const own = { ...getPreferences().keys }
  // With those that are off at the moment because single keys are.
  if (from !== null) own[from.id] = (own[from.id] ?? from.keys).filter((each) => !clash(each, keys))
  own[command.id] = [keys]
  setPreferences({ keys: own })
}

export const turnOff = ({ id }: CommandInfo): void =>
  setPreferences({ keys: { ...getPreferences().keys, [id]: [] } })

export function resetKeys({ id }: CommandInfo): void {
  const { [id]: _own, ...rest } = getPreferences().keys
  setPreferences({ keys: rest })
}
