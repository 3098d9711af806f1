/** Messages: members and how they stand, threads, one thread with its deliveries, and a message being written. */
import { type RefObject, useRef, useState } from 'react'
import type { MemberView } from '../../../contract/message.ts'
import { MESSAGE_KINDS } from '../../../domain/messages/message.ts'
import { Composer } from '../../actions/mail/composer.tsx'
import { useCommands } from '../../actions/commands.ts'
import { CopyText } from '../../components/copy-text.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { currentRoute, navigate, setFilter, useRoute, useRouteChoice } from '../../model/route.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { type MessageFilter, useMembers, useMessages } from '../../model/use-mail.ts'
import { Button } from '../../ui/button.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { focusAfterDraw } from '../../ui/focus.ts'
import { capital, countText } from '../../ui/format.ts'
import { Select } from '../../ui/popups.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { MemberList } from './member-list.tsx'
import { isIn, ThreadList } from './thread-list.tsx'
import { MailPanel, ThreadPanel } from './thread-panel.tsx'
import { threadsOf } from './threads.ts'
import './messages.css'

const SHOWN = [
  ['all', 'All'],
  ['open', 'Open'],
  ['dead', 'Dead'],
] as const
type Shown = (typeof SHOWN)[number][0]

const KINDS = [
  ['', 'All kinds'],
  ...MESSAGE_KINDS.map((kind) => [kind, capital(kind)] as const),
] as const
type Kind = (typeof KINDS)[number][0]

const PAGE = 100
const MOST = 1000

export function MessagesScreen() {
  const { filters } = useRoute()
  const members = useMembers()
  const mail = useYard((view) => view.summary?.mail) ?? { open: 0, dead: 0 }
  const write = (): void => show({ new: '1', message: '' })
  useCommands({ 'message.new': write })
  const known = members.value ?? []
  const list = useRef<HTMLUListElement>(null)
  const close = (): void => {
    const { message = '' } = currentRoute().filters
    show({ new: '', message: '' })
    // In a narrow window the list comes back only with the next drawing.
    focusAfterDraw(
      () =>
        list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(message)}"]`) ??
        list.current?.querySelector<HTMLElement>('button'),
    )
  }
  return (
    <Screen
      title="Messages"
      note={`${countText(mail.open)} open${mail.dead > 0 ? `, ${countText(mail.dead)} dead` : ''}`}
      tools={
        <Button look="main" icon="plus" onClick={write}>
          Write
        </Button>
      }
    >
      <div className="mail flex-1 min-h-0">
        <div className="mail-list flex-1 min-w-0">
          <ProblemNote problem={members.problem} onClose={members.askAgain} />
          {members.value && members.value.length > 0 && (
            <MemberList members={members.value} chosen={filters['who'] ?? ''} />
          )}
          <Threads
            members={known}
            hasMembers={members.value === null || known.length > 0}
            list={list}
          />
        </div>
        <Side members={known} onClose={close} />
      </div>
    </Screen>
  )
}

/** What is opened beside the list stands in the address. */
const show = (change: Readonly<Record<'new' | 'message', string>>): void =>
  navigate({ filters: { ...currentRoute().filters, ...change } }, { replace: true })

interface SideProps {
  readonly members: readonly MemberView[]
  readonly onClose: () => void
}

function Side({ members, onClose }: SideProps) {
  const { filters } = useRoute()
  const { message: id, new: isNew, who: to } = filters
  if (isNew !== undefined)
    return (
      <MailPanel title="New message" onClose={onClose}>
        <div className="mail-panel-body">
          <Composer
            key={to}
            name={`new ${to ?? ''}`}
            members={members}
            to={to === undefined ? [] : [to]}
            onSent={(sent) => show({ new: '', message: sent.id })}
            onLeave={onClose}
          />
        </div>
      </MailPanel>
    )
  return id === undefined ? null : (
    <ThreadPanel key={id} id={id} members={members} onClose={onClose} />
  )
}

interface ThreadsProps {
  readonly members: readonly MemberView[]
  readonly hasMembers: boolean
  readonly list: RefObject<HTMLUListElement | null>
}

function Threads({ members, hasMembers, list }: ThreadsProps) {
  const [shown, setShown] = useRouteChoice<Shown>('show', SHOWN, 'all')
  const [kind, setKind] = useRouteChoice<Kind>('kind', KINDS, '')
  const { who = '', message: chosen = null } = useRoute().filters
  const [limit, setLimit] = useState(PAGE)
  const messages = useMessages(filterOf({ shown, kind, who, limit }))
  const threads = threadsOf(messages.value ?? [])
  const isFiltered = shown !== 'all' || kind !== '' || who !== ''
  return (
    <section className="threads" aria-label="Threads">
      <div className="thread-filters flex flex-wrap items-center gap-2">
        <Segmented label="Which messages" value={shown} options={SHOWN} onChange={setShown} />
        <Select label="Kind" value={kind} options={KINDS} onChange={setKind} />
        <Select
          label="Whose messages"
          value={who}
          options={[['', 'Everybody'], ...peopleOf(members, who)]}
          onChange={(next) => setFilter('who', next)}
        />
      </div>
      <ProblemNote problem={messages.problem} onClose={messages.askAgain} />
      <ThreadList
        ref={list}
        threads={threads}
        chosen={chosen}
        onChoose={(thread) => show({ new: '', message: isIn(thread, chosen) ? '' : thread.id })}
      />
      {messages.value?.length === limit && limit < MOST && (
        <p className="thread-more">
          <Button onClick={() => setLimit(Math.min(MOST, limit + PAGE))}>Show older</Button>
        </p>
      )}
      {messages.value?.length === 0 && (
        <NoThreads isFiltered={isFiltered} hasMembers={hasMembers} />
      )}
    </section>
  )
}

interface Filters {
  readonly shown: Shown
  readonly kind: Kind
  readonly who: string
  readonly limit: number
}

const filterOf = ({ shown, kind, who, limit }: Filters): MessageFilter => ({
  limit,
  ...(shown === 'open' ? { open: true } : {}),
  ...(shown === 'dead' ? { dead: true } : {}),
  ...(kind === '' ? {} : { kind }),
  ...(who === '' ? {} : { to: who }),
})

/** Members, whoever looks at the yard, and the one that is chosen, whatever it is. */
function peopleOf(
  members: readonly MemberView[],
  chosen: string,
): readonly (readonly [string, string])[] {
  const names = new Set([...members.map(({ name }) => name), 'person'])
  if (chosen !== '') names.add(chosen)
  return [...names].map((name) => [name, name] as const)
}

interface NoThreadsProps {
  readonly isFiltered: boolean
  readonly hasMembers: boolean
}

function NoThreads({ isFiltered, hasMembers }: NoThreadsProps) {
  if (isFiltered)
    return (
      <EmptyNote text="No message fits.">
        <Button
          onClick={() => {
            for (const name of ['show', 'kind', 'who']) setFilter(name, '')
          }}
        >
          Show all
        </Button>
      </EmptyNote>
    )
  if (hasMembers)
    return <EmptyNote text="No message yet. Write one, and it wakes whom it is for." />
  return (
    <EmptyNote text="Messages are sent to members: agents that are woken by what concerns them, and people. There is none yet.">
      <CopyText text="yard member add back-end --executor claude" />
    </EmptyNote>
  )
}
