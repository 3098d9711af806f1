/** How many agents at once: the cap of the yard, where it comes from, and the caps of single executors. */
import { useState, type FormEvent, type ReactElement } from 'react'
import type { ExecutorView, YardClient } from '../../model/session/link.ts'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/fields.tsx'
import { Popover } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { locationText, type ConfigEntry } from '../../components/config-entry.ts'

const KEY = 'coordinator.max_agents'

interface CapsPopoverProps {
  readonly trigger: ReactElement
  readonly executors: readonly ExecutorView[] | null
}

export function CapsPopover({ trigger, executors }: CapsPopoverProps) {
  return (
    <Popover trigger={trigger} label="Caps" align="end">
      <CapsForm executors={executors} />
    </Popover>
  )
}

function CapsForm({ executors }: Pick<CapsPopoverProps, 'executors'>) {
  const config = useAnswer(({ service }) => service.config())
  const command = useCommand()
  const [typed, setTyped] = useState<string | null>(null)
  const entry = config.value?.find(({ key }) => key === KEY) ?? null
  const shown = typed ?? textOf(entry)
  const fault = issueOf(shown)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (fault !== null || entry === null) return
    if (await command.run((client) => sendCap(client, entry, shown))) {
      setTyped(null)
      config.askAgain()
    }
  }
  return (
    <form className="caps" onSubmit={(event) => void submit(event)}>
      <Field
        label="Max agents"
        type="number"
        min={0}
        max={1000}
        value={shown}
        problem={typed === null ? null : fault}
        note={entry === null ? null : sourceText(entry)}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button type="submit" look="main" isBusy={command.isBusy} disabled={typed === null}>
        Set
      </Button>
      <p>Agents that run go on. 0 starts none.</p>
      <ExecutorCaps executors={executors} />
      <ProblemNote problem={command.problem ?? config.problem} onClose={command.dismiss} />
    </form>
  )
}

function ExecutorCaps({ executors }: Pick<CapsPopoverProps, 'executors'>) {
  const capped = (executors ?? []).filter(({ maxAgents }) => maxAgents !== null)
  if (capped.length === 0) return null
  return (
    <dl>
      {capped.map(({ name, alive, maxAgents }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {alive} of {maxAgents}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A flag stands over every file, so it can only be changed by another. */
const sendCap = (client: YardClient, entry: ConfigEntry, text: string): Promise<unknown> =>
  entry.source === 'flag'
    ? client.service.reload({ maxAgents: Number(text) })
    : client.page.configure({ scope: 'project', edits: [{ key: KEY, value: text }] })

const textOf = (entry: ConfigEntry | null): string =>
  typeof entry?.value === 'number' ? String(entry.value) : ''

/** Null = it can be sent. */
export const issueOf = (text: string): string | null =>
  /^\d{1,4}$/.test(text.trim()) && Number(text) <= 1000 ? null : 'A whole number, 0 to 1000'

/** Where the value comes from, and what setting it changes. */
const sourceText = ({ source, file, line }: ConfigEntry): string =>
  ({
    flag: 'From a flag of this run. A new value holds until it ends.',
    env: 'From the environment, which stands over the files: change it there.',
    project: `From this yard${file === null ? '' : `, ${locationText(file, line)}`}`,
    global: 'From your own settings. Setting it here holds for this yard.',
    default: 'The default. Setting it holds for this yard.',
  })[source]
