/** Service: the process that holds this yard, a copy of it now, and its end. */
import { useState } from 'react'
import { useCommand, useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { CopyText } from '../../components/copy-text.tsx'
import { durationText } from '../../../domain/format.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { plural } from '../../ui/format.ts'
import { ask, type Question } from '../../actions/ask.ts'
import { SettingRow, type SettingSection } from './setting.tsx'

const ASK_EVERY_MS = 10_000

const HOSTS = {
  service: 'Run by the service',
  app: 'Run by this app',
  run: 'Run in a terminal',
  command: 'Opened by a command',
} as const

function StatusOfService() {
  const status = useAnswer(({ service }) => service.status(), { everyMs: ASK_EVERY_MS })
  const host = useYard((view) => view.summary?.host)
  const { pid, uptimeSec, version, url } = status.value ?? {}
  const facts = [
    ['Version', version],
    ['Process', pid == null ? null : String(pid)],
    ['Up for', uptimeSec == null ? null : durationText(uptimeSec * 1000)],
    ...(url == null
      ? []
      : [['Address', <CopyText key="url" text={withoutSecrets(url)} />] as const]),
  ] as const
  return (
    <SettingRow
      label="Status"
      note={host && HOSTS[host]}
      below={
        <>
          <dl className="facts">
            {facts.map(([word, text]) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
          <ProblemNote problem={status.problem} onClose={status.askAgain} />
        </>
      }
    />
  )
}

/** An address opens nothing by itself: what is shown here never carries a token or a code. */
export function withoutSecrets(url: string): string {
  try {
    return new URL(url).origin
  } catch {
    return ''
  }
}

function BackUp() {
  const command = useCommand()
  const [path, setPath] = useState<string | null>(null)
  const backUp = (): void => {
    setPath(null)
    void command.run(async ({ service }) => setPath((await service.backup()).path))
  }
  return (
    <SettingRow
      label="Back up now"
      note="A copy of the yard’s state beside those that are made by themselves."
      below={
        <>
          <div role="status">{path !== null && <CopyText text={path} />}</div>
          <ProblemNote problem={command.problem} onClose={command.dismiss} />
        </>
      }
    >
      <Button isBusy={command.isBusy} onClick={backUp}>
        Back up now
      </Button>
    </SettingRow>
  )
}

function StopService() {
  const session = useSession()
  const command = useCommand()
  const host = useYard((view) => view.summary?.host)
  const [left, setLeft] = useState<number | null>(null)
  const stop = async (): Promise<void> => {
    const { agents } = session.yard.getState()
    const given = await ask(stopQuestion(agents.size))
    if (given === null) return
    const killAgents = given.choice === 'kill'
    await command.run(async ({ service }) =>
      setLeft((await service.stop({ killAgents })).agentsLeft),
    )
  }
  if (host === 'app')
    return (
      <SettingRow
        label="Stop"
        note="This app holds the yard itself: quit it to stop. It asks about agents then."
      />
    )
  return (
    <SettingRow
      label="Stop the service"
      note={host && STOP_NOTES[host]}
      below={
        <>
          <p role="status">{left !== null && stoppedText(left)}</p>
          <ProblemNote problem={command.problem} onClose={command.dismiss} />
        </>
      }
    >
      <Button look="danger" isBusy={command.isBusy} onClick={() => void stop()}>
        Stop the service…
      </Button>
    </SettingRow>
  )
}

const STOP_NOTES = {
  service: 'This page shows nothing new until it is started again: yard service start',
  run: 'Ends what runs in the terminal. Start it there again, or as a service: yard service start',
  command: 'Ends the command that opened this yard.',
} as const

const stoppedText = (left: number): string =>
  left === 0
    ? 'The service is stopping.'
    : `The service is stopping. ${plural(left, 'agent')} go on.`

export function stopQuestion(alive: number): Question {
  const stays = 'Nothing starts until the service runs again. All that was committed is kept.'
  if (alive === 0)
    return {
      title: 'Stop the service?',
      lines: [stays],
      choices: [{ id: 'leave', label: 'Stop the service', look: 'danger' }],
    }
  return {
    title: `Stop the service with ${plural(alive, 'agent')} alive?`,
    lines: [stays],
    choices: [
      {
        id: 'leave',
        label: 'Stop, agents go on',
        detail: 'They work on and are taken up again when the service starts.',
      },
      {
        id: 'kill',
        label: `Stop and kill ${plural(alive, 'agent')}`,
        detail: 'Their tasks reopen paused; their files stay.',
        look: 'danger',
      },
    ],
  }
}

export const SERVICE: SettingSection = {
  id: 'service',
  title: 'Service',
  settings: [
    {
      id: 'status',
      words: 'Status uptime process pid version address url',
      node: <StatusOfService />,
    },
    { id: 'backup', words: 'Back up now backup copy', node: <BackUp /> },
    { id: 'stop', words: 'Stop the service end agents', node: <StopService /> },
  ],
}
