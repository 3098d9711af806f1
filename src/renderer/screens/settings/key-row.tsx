/** One command with its keys: pressed anew, given back, or turned off. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { Button } from '../../ui/button.tsx'
import type { CommandInfo } from '../../actions/command-table.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { isSingle, keysOf, readableKey, keyNameOfEvent } from '../../actions/keys.ts'
import { usePreferences } from '../../model/preferences.ts'
import { holderOf, resetKeys, takeKeys, turnOff } from './key-choice.ts'
import { SettingRow } from './setting-row.tsx'
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
          <p role="alert" className="key-clash">
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
      {own === undefined && keys.length > 0 && (
        <Button look="quiet" onClick={() => turnOff(command)}>
          Turn off<span className="visually-hidden"> keys of {command.title}</span>
        </Button>
      )}
      {own !== undefined && (
        <Button look="quiet" onClick={() => resetKeys(command)}>
          Reset<span className="visually-hidden"> keys of {command.title}</span>
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
  const latest = useRef(onKeys)
  useEffect(() => {
    latest.current = onKeys
  })
  useEffect(() => {
    if (first === null) return undefined
    const timer = setTimeout(() => latest.current(first), SECOND_KEY_MS)
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
      className="input key-catcher"
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
