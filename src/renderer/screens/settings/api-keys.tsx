/** Keys of providers in the key store of this system: their names, one more, one less. Only in the app. */
import { type FormEvent, useRef, useState } from 'react'
import type { DesktopBridge, DesktopKey, DesktopKeys } from '../../../contract/desktop.ts'
import { Button, ConfirmButton } from '../../ui/button.tsx'
import { type ConfigEntry, keyParts } from '../../components/config-entry.ts'
import { Field } from '../../ui/fields.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import type { DataColumn } from '../../ui/data-table.tsx'
import { Listed, SettingRow, type SettingSection } from './setting.tsx'
import { useDesktop } from './use-desktop.ts'

/** Which executors name a variable as that of their key. */
type Users = ReadonlyMap<string, readonly string[]>

const STATES: Readonly<Record<DesktopKey['state'], string>> = {
  used: '',
  overruled: 'Not used: your environment sets this variable.',
  unreadable: 'Cannot be opened with the key ring of now. Add it again, or remove it.',
}

const readKeys = (host: DesktopBridge): Promise<DesktopKeys> => host.keys()

/** A value goes out of here and never comes in: only names are read. */
function Keys({ users }: { readonly users: Users }) {
  const keys = useDesktop(readKeys)
  const kept = keys.value
  return (
    <SettingRow
      label="Keys of providers"
      note="Agents of the yards that this app runs get each as an environment variable. A service and your terminals do not."
      below={
        <>
          {kept !== null && kept.keys.length > 0 && <KeyTable keys={keys} users={users} />}
          {kept?.problem && <p role="status">{kept.problem}</p>}
          {kept?.refusal && <p role="status">{kept.refusal}</p>}
          {kept?.refusal === null && kept.problem === null && <KeyForm keys={keys} users={users} />}
          <ProblemNote problem={keys.problem} onClose={keys.dismiss} />
        </>
      }
    />
  )
}

interface KeysProps {
  readonly keys: ReturnType<typeof useDesktop<DesktopKeys>>
  readonly users: Users
}

function KeyTable({ keys, users }: KeysProps) {
  const columns: readonly DataColumn<DesktopKey>[] = [
    ['Variable', ({ name }) => <code>{name}</code>],
    ['Key of', ({ name }) => users.get(name)?.join(', ')],
    ['State', ({ state }) => STATES[state]],
    [
      'Actions',
      ({ name }) => (
        <ConfirmButton
          icon="close"
          label="Remove"
          subject={name}
          question="Remove it?"
          isBusy={keys.isBusy}
          onConfirm={() => void keys.run((host) => host.removeKey(name))}
        />
      ),
      { isHeadHidden: true },
    ],
  ]
  return (
    <Listed
      label="List of keys"
      rows={keys.value?.keys ?? []}
      keyOf={({ name }) => name}
      columns={columns}
    />
  )
}

/** The value lives in its field alone, and no longer than until it is kept. */
function KeyForm({ keys, users }: KeysProps) {
  const [name, setName] = useState('')
  const [isTried, setTried] = useState(false)
  const [hasValue, setHasValue] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    const value = form.current && new FormData(form.current).get('value')
    if (keys.isBusy || name.trim() === '' || typeof value !== 'string' || value === '') return
    if (!(await keys.run((host) => host.keepKey(name.trim(), value)))) return
    form.current?.reset()
    setName('')
    setHasValue(false)
    setTried(false)
  }
  const missing = [...users.keys()].filter(
    (each) => !keys.value?.keys.some((key) => key.name === each),
  )
  return (
    <form ref={form} className="form-below" onSubmit={(event) => void submit(event)}>
      <Field
        label="Name of the variable"
        placeholder="ANTHROPIC_API_KEY"
        maxLength={256}
        value={name}
        note={missing.length > 0 ? `Executors name ${missing.join(', ')}.` : null}
        problem={isTried && name.trim() === '' ? 'It needs a name' : null}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label="Key"
        name="value"
        type="password"
        autoComplete="new-password"
        maxLength={16_384}
        note="It is kept sealed, and shown nowhere again."
        problem={isTried && !hasValue ? 'There is no key yet' : null}
        onChange={(event) => setHasValue(event.target.value !== '')}
      />
      <Button type="submit" isBusy={keys.isBusy}>
        Keep key
      </Button>
    </form>
  )
}

function usersOf(entries: readonly ConfigEntry[]): Users {
  const said = entries.flatMap(({ key, value }) => {
    const [table, executor = '', field] = keyParts(key)
    return table === 'executors' && field === 'api_key_env' && typeof value === 'string'
      ? [{ executor, variable: value }]
      : []
  })
  const grouped = Map.groupBy(said, ({ variable }) => variable)
  return new Map([...grouped].map(([name, all]) => [name, all.map(({ executor }) => executor)]))
}

/** `entries`: of the configuration, which tells who uses which name. */
export const apiKeySection = (entries: readonly ConfigEntry[]): SettingSection => ({
  id: 'api-keys',
  title: 'API keys',
  settings: [
    {
      id: 'api-keys',
      words: 'API keys of providers secret token password key store keychain',
      node: <Keys users={usersOf(entries)} />,
    },
  ],
})
