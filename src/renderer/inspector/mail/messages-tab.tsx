/** The talk about a task: what its agents were sent and have sent, what is about it, and one more message to its next agent. */
import { useState } from 'react'
import type { TaskCard } from '../../../contract/view.ts'
import { Composer } from '../../actions/mail/composer.tsx'
import { MessageCard } from '../../actions/mail/message-card.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { isFinishedCard } from '../../model/reach.ts'
import { useMembers, useMessages } from '../../model/use-mail.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyNote } from '../../ui/screen.tsx'

const PAGE = 50
const MOST = 1000

export function MessagesTab({ card }: { readonly card: TaskCard }) {
  const [limit, setLimit] = useState(PAGE)
  const members = useMembers()
  const messages = useMessages({ task: card.id, limit })
  return (
    <div className="panel messages-tab" tabIndex={0} role="region" aria-label="Messages">
      <Write card={card} members={members.value ?? []} />
      <ProblemNote
        problem={messages.problem ?? members.problem}
        onClose={() => {
          messages.askAgain()
          members.askAgain()
        }}
      />
      {messages.value?.length === 0 && (
        <EmptyNote text="No message to its agents, from them, or about it." />
      )}
      {messages.value?.map((message) => (
        <MessageCard key={message.id} message={message} members={members.value ?? []} isOfTask />
      ))}
      {messages.value?.length === limit && limit < MOST && (
        <Button onClick={() => setLimit(Math.min(MOST, limit + PAGE))}>Show older</Button>
      )}
    </div>
  )
}

interface WriteProps {
  readonly card: TaskCard
  readonly members: Parameters<typeof Composer>[0]['members']
}

/** A task that will have no other agent has nobody who would read it. */
function Write({ card, members }: WriteProps) {
  const { id, status } = card
  if (isFinishedCard(card) && status !== 'failed')
    return (
      <p className="messages-closed text-12 text-text-2">
        It is {status}: no agent of it would read a message. Reopen it to write to its next one.
      </p>
    )
  return <Composer name={`task ${id}`} members={members} to={[`task:${id}`]} task={id} isSmall />
}
