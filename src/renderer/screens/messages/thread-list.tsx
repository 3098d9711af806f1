/** Threads, the one with the newest message first; arrow keys walk them, ↵ opens one. */
import type { KeyboardEvent, RefObject } from 'react'
import { tellingDelivery, deliveryState } from '../../actions/mail/message-facts.ts'
import { StatusBadge } from '../../components/status-badge.tsx'
import { instantText, capital, countText } from '../../ui/format.ts'
import { PlainText } from '../../ui/plain-text.tsx'
import { stepOf } from '../../ui/virtual-rows.ts'
import type { Thread } from './threads.ts'

interface ThreadListProps {
  readonly ref: RefObject<HTMLUListElement | null>
  readonly threads: readonly Thread[]
  /** Of a message of the open one. */
  readonly chosen: string | null
  readonly onChoose: (thread: Thread) => void
}

export function ThreadList({ ref, threads, chosen, onChoose }: ThreadListProps) {
  const place = Math.max(
    0,
    threads.findIndex((thread) => isIn(thread, chosen)),
  )
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>): void => {
    const rows = [...event.currentTarget.querySelectorAll('button')]
    const at = rows.findIndex((row) => row === event.target)
    const to = at < 0 || event.altKey ? null : stepOf(event.key, at, rows.length)
    if (to === null) return
    event.preventDefault()
    rows[to]?.focus()
  }
  return (
    <ul ref={ref} className="thread-list" aria-label="Threads" onKeyDown={onKeyDown}>
      {threads.map((thread, index) => (
        <li key={thread.id}>
          <ThreadRow
            thread={thread}
            isStop={index === place}
            isChosen={isIn(thread, chosen)}
            onChoose={() => onChoose(thread)}
          />
        </li>
      ))}
    </ul>
  )
}

export const isIn = ({ messages }: Thread, id: string | null): boolean =>
  messages.some((message) => message.id === id)

interface ThreadRowProps {
  readonly thread: Thread
  readonly isStop: boolean
  readonly isChosen: boolean
  readonly onChoose: () => void
}

function ThreadRow({ thread, isStop, isChosen, onChoose }: ThreadRowProps) {
  const { first, last, messages } = thread
  const delivery = tellingDelivery(messages)
  const state = delivery && deliveryState(delivery, instantText)
  return (
    <button
      type="button"
      className="thread-row"
      data-id={thread.id}
      data-chosen={isChosen}
      aria-pressed={isChosen}
      tabIndex={isStop ? 0 : -1}
      onClick={onChoose}
    >
      <span className="thread-line">
        <span className="truncate">
          <b>
            <PlainText text={first.from} />
          </b>
          {' → '}
          <PlainText text={first.to.join(', ')} />
        </span>
        {messages.length > 1 && (
          <span className="thread-count text-11">
            {countText(messages.length)}
            <span className="visually-hidden"> messages</span>
          </span>
        )}
        <time className="ml-auto text-11 text-text-3" dateTime={last.at} title={last.at}>
          {instantText(last.at)}
        </time>
      </span>
      <span className="thread-line">
        <span className="truncate text-text-2" dir="auto">
          {last !== first && (
            <>
              <PlainText text={last.from} />
              {': '}
            </>
          )}
          <PlainText text={firstLine(last.text)} />
        </span>
        <span className="thread-state ml-auto">
          {first.kind !== 'message' && <span className="mail-mark">{capital(first.kind)}</span>}
          {state && <StatusBadge state={state[0]} word={state[1]} />}
        </span>
      </span>
    </button>
  )
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? ''
