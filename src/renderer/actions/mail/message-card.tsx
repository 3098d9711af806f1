/** One message as it was written, what became of it at each recipient, and what can be done about it. */
import { useState } from 'react'
import type { DeliveryView, MemberView, MessageView } from '../../../contract/message.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { navigate } from '../../model/route.ts'
import { type CommandRun, useCommand, useYard } from '../../model/session/session-context.tsx'
import { Button, ConfirmButton } from '../../ui/button.tsx'
import { capital, instantText, plural } from '../../ui/format.ts'
import { Markdown } from '../../ui/markdown.tsx'
import { PlainText } from '../../ui/plain-text.tsx'
import { acknowledge, dropMessage, retryMessage } from './mail-requests.ts'
import { answeredFor, deliveryState, isDead, isOpen } from './message-facts.ts'
import { ReplyForm } from './reply-form.tsx'
import './mail.css'

interface MessageCardProps {
  readonly message: MessageView
  readonly members: readonly MemberView[]
  /** Within the tab of a task: it is not named again. */
  readonly isOfTask?: boolean
}

export function MessageCard({ message, members, isOfTask = false }: MessageCardProps) {
  const { id, from, to, at, text, diff, deliveries, asks } = message
  const command = useCommand()
  const [isReplying, setReplying] = useState(false)
  const answer = answeredFor(message, members)
  return (
    <article className="mail-card" aria-label={`Message from ${from} to ${to.join(', ')}`}>
      <header className="flex flex-wrap items-center text-12">
        <b className="mail-from">
          <PlainText text={from} />
        </b>
        <span className="text-text-3">
          to <PlainText text={to.join(', ')} />
        </span>
        <Marks message={message} isOfTask={isOfTask} />
        <time className="ml-auto text-11 text-text-3" dateTime={at} title={at}>
          {instantText(at)}
        </time>
      </header>
      <div className="mail-text" dir="auto">
        <Markdown text={text} />
      </div>
      {diff !== null && (
        <details className="mail-diff">
          <summary>Changes</summary>
          <pre className="code" tabIndex={0} aria-label="Changes that go with it">
            {diff}
          </pre>
        </details>
      )}
      <ul className="mail-deliveries text-12" aria-label="Deliveries">
        {deliveries.map((delivery) => (
          <Delivery key={delivery.recipient} id={id} delivery={delivery} command={command} />
        ))}
      </ul>
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      {isReplying && answer !== null ? (
        <ReplyForm
          id={id}
          from={from}
          asksDecision={asks?.what === 'escalation'}
          inPlaceOf={answer.isForPerson ? null : answer.names.join(', ')}
          onSent={() => setReplying(false)}
          onLeave={() => setReplying(false)}
        />
      ) : (
        <div className="mail-acts flex flex-wrap gap-2">
          {answer !== null && (
            <Button onClick={() => setReplying(true)}>
              {answer.isForPerson ? 'Reply' : `Answer for ${answer.names.join(', ')}`}
            </Button>
          )}
          {isDead(message) && <DeadActs id={id} command={command} />}
        </div>
      )}
    </article>
  )
}

interface DeadActsProps {
  readonly id: string
  readonly command: CommandRun
}

/** What can be done about a message that was given up. */
export function DeadActs({ id, command: { run, isBusy } }: DeadActsProps) {
  return (
    <>
      <Button icon="retry" isBusy={isBusy} onClick={() => void run(retryMessage(id))}>
        Retry
      </Button>
      <ConfirmButton
        icon="close"
        label="Drop"
        question="Drop it for good?"
        isBusy={isBusy}
        onConfirm={() => void run(dropMessage(id))}
      />
    </>
  )
}

function Marks({ message, isOfTask }: Pick<MessageCardProps, 'message' | 'isOfTask'>) {
  const { kind, priority, task, hops } = message
  const title = useYard((view) => (task === null ? null : view.tasks.get(task)?.title)) ?? null
  return (
    <>
      {kind !== 'message' && <span className="mail-mark">{capital(kind)}</span>}
      {priority !== 'normal' && (
        <span className="mail-mark" data-priority={priority}>
          {capital(priority)}
        </span>
      )}
      {hops > 1 && <span className="mail-mark">{plural(hops, 'hop')}</span>}
      {task !== null && !isOfTask && title !== null && (
        <button
          type="button"
          className="text-button"
          onClick={() => navigate({ task, tab: 'messages' })}
        >
          {title}
        </button>
      )}
      {task !== null && !isOfTask && title === null && <code>{task}</code>}
    </>
  )
}

/** What its turn says, while it is at work on it. */
function ShowOutput({ agent }: { readonly agent: string }) {
  const task = useYard((view) => view.agents.get(agent)?.task)
  if (task === undefined) return null
  return (
    <button
      type="button"
      className="text-button"
      onClick={() => navigate({ task, tab: 'output', agent })}
    >
      Output<span className="visually-hidden"> of {agent}</span>
    </button>
  )
}

interface DeliveryProps {
  readonly id: string
  readonly delivery: DeliveryView
  readonly command: CommandRun
}

function Delivery({ id, delivery, command }: DeliveryProps) {
  const { recipient, agent, at, by, tries, reason, state } = delivery
  const [lamp, word] = deliveryState(delivery, instantText)
  const facts = [
    tries > 0 && state !== 'closed' && plural(tries, 'try', 'tries'),
    by !== null && by !== recipient && `by ${by}`,
    at !== null && instantText(at),
  ].filter((fact) => fact !== false)
  return (
    <li className="flex flex-wrap items-center">
      <span className="mail-recipient">
        <PlainText text={recipient} />
      </span>
      <StatusBadge state={lamp} word={word} />
      {agent !== null && <ShowOutput agent={agent} />}
      <span className="text-text-3">{facts.join(', ')}</span>
      {isOpen(delivery) && (
        <Button
          look="quiet"
          icon="check"
          isBusy={command.isBusy}
          title="Closes it without an answer"
          onClick={() => void command.run(acknowledge(id, recipient))}
        >
          Ack<span className="visually-hidden"> for {recipient}</span>
        </Button>
      )}
      {reason !== null && state !== 'closed' && (
        <p className="mail-reason" dir="auto">
          <PlainText text={reason} />
        </p>
      )}
    </li>
  )
}
