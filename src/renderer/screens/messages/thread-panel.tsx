/** One thread at the right of the list, or a message being written; Esc closes it. */
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import type { MemberView, MessageView } from '../../../contract/message.ts'
import { Composer } from '../../actions/mail/composer.tsx'
import { MessageCard } from '../../actions/mail/message-card.tsx'
import { followUp } from '../../actions/mail/message-facts.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useThread } from '../../model/use-mail.ts'
import { Button } from '../../ui/button.tsx'

interface PanelProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export function MailPanel({ title, onClose, children }: PanelProps) {
  const panel = useRef<HTMLElement>(null)
  useEffect(() => {
    // A narrow window shows the panel instead of the list, and with it goes what had the focus.
    const focused = document.activeElement
    if (focused instanceof HTMLElement && focused.checkVisibility()) return
    panel.current?.focus()
  }, [])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    // What it opened over the page closes by itself.
    if (!event.currentTarget.contains(event.target as Node)) return
    event.preventDefault()
    onClose()
  }
  return (
    <aside
      ref={panel}
      className="mail-panel"
      tabIndex={-1}
      aria-label={title}
      onKeyDown={onKeyDown}
    >
      <header className="flex items-center justify-between">
        <h2 className="truncate">{title}</h2>
        <Button look="quiet" icon="close" aria-label="Close" onClick={onClose} />
      </header>
      {children}
    </aside>
  )
}

interface ThreadPanelProps {
  readonly id: string
  readonly members: readonly MemberView[]
  readonly onClose: () => void
}

export function ThreadPanel({ id, members, onClose }: ThreadPanelProps) {
  const thread = useThread(id)
  const messages = thread.value ?? []
  const [first] = messages
  return (
    <MailPanel
      title={first ? `${first.from} to ${first.to.join(', ')}` : 'Thread'}
      onClose={onClose}
    >
      <div
        className="mail-panel-body"
        role="region"
        aria-label="Messages of the thread"
        tabIndex={0}
      >
        <ProblemNote problem={thread.problem} onClose={thread.askAgain} />
        {messages.map((message) => (
          <MessageCard key={message.id} message={message} members={members} />
        ))}
      </div>
      {thread.value !== null && <More thread={thread.value} members={members} />}
    </MailPanel>
  )
}

/** One more message to the same. */
function More({
  thread,
  members,
}: { readonly thread: readonly MessageView[] } & Pick<ThreadPanelProps, 'members'>) {
  const { to, replyTo } = followUp(thread)
  const [first] = thread
  if (to.length === 0 || replyTo === null || !first) return null
  return (
    <div className="mail-panel-foot">
      <Composer
        name={`thread ${first.id}`}
        members={members}
        to={to}
        task={first.task}
        replyTo={replyTo}
        isSmall
      />
    </div>
  )
}
