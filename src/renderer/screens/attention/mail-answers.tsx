/** What can be done where it waits about a message to a person, and about one that was given up. */
import { type ReactNode, useState } from 'react'
import { isYardSender } from '../../../domain/messages/message.ts'
import { acknowledge } from '../../actions/mail/mail-requests.ts'
import { DeadActs } from '../../actions/mail/message-card.tsx'
import { ReplyForm } from '../../actions/mail/reply-form.tsx'
import { navigate } from '../../model/route.ts'
import { Button } from '../../ui/button.tsx'
import type { AttentionItem } from './attention-items.ts'
import type { AnswerProps } from './budget-answers.tsx'

interface MailReply {
  /** Among the acts of its row. */
  readonly act: ReactNode
  /** Below its text. */
  readonly form: ReactNode
}

const NO_REPLY: MailReply = { act: null, form: null }

/** A question has its field at once, other messages when it is wanted; notices of the yard and of jobs are only closed. */
export function useMailReply({ kind: of, message }: AttentionItem): MailReply {
  const [isWanted, setWanted] = useState(false)
  if (of !== 'message' || message === null) return NO_REPLY
  const { id, from, kind, asksDecision } = message
  const readsAnswers = asksDecision || (!isYardSender(from) && !from.startsWith('job:'))
  if (!readsAnswers) return NO_REPLY
  const isQuestion = kind === 'question'
  if (!isWanted && !isQuestion)
    return {
      form: null,
      act: (
        <Button onClick={() => setWanted(true)}>
          Reply<span className="visually-hidden"> to {from}</span>
        </Button>
      ),
    }
  const leave = isQuestion ? {} : { onLeave: () => setWanted(false) }
  return {
    act: null,
    form: <ReplyForm id={id} from={from} asksDecision={asksDecision} {...leave} />,
  }
}

export function Acknowledge({ item: { message }, command }: AnswerProps) {
  if (message === null || message.asksDecision) return null
  const { id, from, recipient } = message
  return (
    <Button
      icon="check"
      isBusy={command.isBusy}
      title="Closes it without an answer"
      onClick={() => void command.run(acknowledge(id, recipient))}
    >
      Ack<span className="visually-hidden"> the message of {from}</span>
    </Button>
  )
}

export function DeadLetterActs({ item: { message }, command }: AnswerProps) {
  return message && <DeadActs id={message.id} command={command} />
}

export function ShowThread({ item: { message } }: AnswerProps) {
  return (
    message && (
      <Button onClick={() => navigate({ screen: 'messages', filters: { message: message.id } })}>
        Show
        <span className="visually-hidden"> the messages with {message.from}</span>
      </Button>
    )
  )
}

export function ShowMember({ member }: { readonly member: string }) {
  return (
    <Button onClick={() => navigate({ screen: 'messages', filters: { who: member } })}>
      Show its messages
    </Button>
  )
}
