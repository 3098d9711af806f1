/** Members: how each stands, what waits for it, when it is woken next, and waking and holding it. */
import type { MemberView } from '../../../contract/message.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { pauseMember, resumeMember, wakeMember } from '../../actions/mail/mail-requests.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { Countdown } from '../../components/ticking-time.tsx'
import { navigate, setFilter } from '../../model/route.ts'
import { type CommandRun, useCommand, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { countText, instantText } from '../../ui/format.ts'
import { useNow } from '../../ui/timers.ts'

/** Lamp and word of a member. */
export function memberState(member: MemberView): readonly [ShownState, string] {
  const { state, paused, person, waiting, agent } = member
  if (agent !== null) return ['in-progress', `Working, ${agent}`]
  if (paused) return ['paused', 'Paused']
  switch (state) {
    case 'working':
      return ['in-progress', 'Working']
    case 'piloted':
      return waiting > 0 ? ['waiting', 'Driven by a person'] : ['done', 'Driven by a person']
    case 'waiting':
      return person ? ['waiting', 'Has messages'] : ['ready', 'Will take a turn']
    case 'sleeping':
      return ['parked', 'Sleeps']
    case 'idle':
      return ['done', person ? 'Nothing waits' : 'Idle']
  }
}

interface MemberListProps {
  readonly members: readonly MemberView[]
  /** Whose messages are listed. */
  readonly chosen: string
}

export function MemberList({ members, chosen }: MemberListProps) {
  const command = useCommand()
  const columns: readonly DataColumn<MemberView>[] = [
    [
      'Member',
      ({ name, executor }) => (
        <>
          <button
            type="button"
            className="text-button"
            aria-pressed={name === chosen}
            title={name === chosen ? 'Show the messages of all' : `Show only messages of ${name}`}
            onClick={() => setFilter('who', name === chosen ? '' : name)}
          >
            {name}
          </button>
          <span className="member-kind text-text-3"> {executor ?? 'a person'}</span>
        </>
      ),
      { isRowHead: true },
    ],
    ['State', (member) => <State member={member} />],
    ['Waiting', ({ waiting }) => (waiting === 0 ? '' : countText(waiting)), { className: 'num' }],
    [
      'Next wake',
      (member) => <NextWake member={member} />,
      { className: 'text-text-2', spare: 'next' },
    ],
    [
      'Last turn',
      ({ lastTurn }) =>
        lastTurn !== null && <time dateTime={lastTurn}>{instantText(lastTurn)}</time>,
      { className: 'text-text-2', spare: 'first' },
    ],
    [
      'Actions',
      (member) => <Acts member={member} command={command} />,
      { isHeadHidden: true, className: 'member-acts' },
    ],
  ]
  return (
    <section className="member-list" aria-label="Members">
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      <DataTable
        label="Members"
        className="member-table"
        columns={columns}
        rows={members}
        keyOf={({ name }) => name}
        rowProps={({ name }) => ({ 'data-chosen': name === chosen })}
      />
    </section>
  )
}

/** One at work leads to what its agent says. */
function State({ member }: { readonly member: MemberView }) {
  const [state, word] = memberState(member)
  const { agent } = member
  const task = useYard((view) => (agent === null ? undefined : view.agents.get(agent)?.task))
  if (task === undefined) return <StatusBadge state={state} word={word} />
  return (
    <button
      type="button"
      className="text-button"
      title={`Output of ${agent}`}
      onClick={() => navigate({ task, tab: 'output', agent })}
    >
      <StatusBadge state={state} word={word} />
    </button>
  )
}

function NextWake({
  member: { nextWake, state, person, paused },
}: {
  readonly member: MemberView
}) {
  const now = useNow(5000)
  if (person || state === 'piloted') return null
  if (paused) return 'When it is resumed'
  if (nextWake === null) return state === 'working' ? 'After this turn' : 'By the next message'
  if (Date.parse(nextWake) <= now) return 'Now'
  return (
    <>
      {instantText(nextWake)}, <Countdown until={nextWake} />
    </>
  )
}

interface ActsProps {
  readonly member: MemberView
  readonly command: CommandRun
}

/** A person has no turns that could be held. */
function Acts({
  member: { name, person, paused, agent, pilot },
  command: { run, isBusy },
}: ActsProps) {
  if (person) return null
  const canWake = agent === null && !pilot && !paused
  return (
    <>
      {canWake && (
        <Button isBusy={isBusy} title="A turn now" onClick={() => void run(wakeMember(name))}>
          Wake<span className="visually-hidden"> {name}</span>
        </Button>
      )}
      <Button
        icon={paused ? 'play' : 'pause'}
        isBusy={isBusy}
        title={paused ? undefined : 'Holds its waking; a turn that runs is let finish'}
        onClick={() => void run(paused ? resumeMember(name) : pauseMember(name))}
      >
        {paused ? 'Resume' : 'Pause'}
        <span className="visually-hidden"> {name}</span>
      </Button>
    </>
  )
}
