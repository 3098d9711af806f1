/** Transport: how messages reach members on other machines, what waits for them, and what of theirs was not accepted. */
import { useState } from 'react'
import type { TransportView } from '../../../contract/message.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { syncMail } from '../../actions/mail/mail-requests.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useCommand } from '../../model/session/session-context.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { useTopic } from '../../model/use-mail.ts'
import { Button } from '../../ui/button.tsx'
import type { DataColumn } from '../../ui/data-table.tsx'
import { countText, instantText, plural } from '../../ui/format.ts'
import { PlainText } from '../../ui/plain-text.tsx'
import { Listed, SettingRow, type Setting } from './setting.tsx'

/** When another machine was last seen is no event of the yard. */
const ASK_EVERY_MS = 15_000

const TYPES: Readonly<Record<TransportView['type'], string>> = {
  local: 'None: messages stay on this machine. The type below names a way to others.',
  git: 'Over branches of a git remote.',
  hub: 'Over the address of another yard.',
}

type Peer = TransportView['peers'][number]

function Transport() {
  const stand = `${useTopic('peers')} ${useTopic('messages')}`
  const status = useAnswer(({ transport }) => transport.status(), {
    key: stand,
    everyMs: ASK_EVERY_MS,
  })
  const command = useCommand()
  const [came, setCame] = useState<string | null>(null)
  const exchange = (): void => {
    setCame(null)
    void command.run(async (client, id) => {
      const { sent, received } = await syncMail(client, id)
      setCame(`${plural(sent, 'message')} sent, ${countText(received)} received.`)
    })
  }
  const view = status.value
  return (
    <SettingRow
      label="Way to other machines"
      note={view && TYPES[view.type]}
      below={
        <>
          <ProblemNote
            problem={command.problem ?? status.problem}
            onClose={command.problem ? command.dismiss : status.askAgain}
          />
          {view && <Facts view={view} />}
          <p role="status">{came}</p>
          {view && view.type !== 'local' && <Peers peers={view.peers} />}
        </>
      }
    >
      {view && view.type !== 'local' && (
        <Button icon="retry" isBusy={command.isBusy} onClick={exchange}>
          Exchange now
        </Button>
      )}
    </SettingRow>
  )
}

function Facts({ view: { machine, outbox, problem } }: { readonly view: TransportView }) {
  const facts = [
    ['This machine', machine],
    ['In the outbox', countText(outbox)],
    ...(problem === null ? [] : [['Not exchanged now', problem] as const]),
  ] as const
  return (
    <dl className="facts">
      {facts.map(([word, text]) => (
        <div key={word}>
          <dt>{word}</dt>
          <dd>
            <PlainText text={text} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Lamp and word of another machine. */
export function peerState({ problem, lastSeen }: Peer): readonly [ShownState, string] {
  if (problem !== null) return ['failed', 'Cannot be read']
  return lastSeen === null ? ['blocked', 'Never seen'] : ['done', `Seen ${instantText(lastSeen)}`]
}

function Peers({ peers }: { readonly peers: readonly Peer[] }) {
  if (peers.length === 0) return <p>No other machine was seen yet.</p>
  const columns: readonly DataColumn<Peer>[] = [
    ['Machine', ({ machine }) => <b>{machine}</b>],
    [
      'State',
      (peer) => {
        const [state, word] = peerState(peer)
        return (
          <>
            <StatusBadge state={state} word={word} />
            {peer.problem !== null && (
              <p>
                <PlainText text={peer.problem} />
              </p>
            )}
          </>
        )
      },
    ],
    ['Waiting', ({ waiting }) => countText(waiting), { className: 'num' }],
    [
      'Quarantined',
      ({ refused, lastRefusal }) =>
        refused > 0 && (
          <>
            {countText(refused)}
            {lastRefusal !== null && (
              <span className="text-text-3">
                {': '}
                <PlainText text={lastRefusal} />
              </span>
            )}
          </>
        ),
    ],
  ]
  return (
    <Listed
      label="Other machines"
      rows={peers}
      keyOf={({ machine }) => machine}
      columns={columns}
    />
  )
}

/** Stands before what the files say of it. */
export const TRANSPORT: Setting = {
  id: 'transport-status',
  words: 'Transport other machines outbox peers git hub quarantined',
  node: <Transport />,
}
