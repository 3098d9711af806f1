/** This machine: what agents may still take, what today has cost, and which executors can be used. */
import type { ExecutorView } from '../../model/session/link.ts'
import type { AgentView, BreakerView, Summary } from '../../../contract/view.ts'
import { spentText } from '../../components/usage-text.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { bytesText } from '../../../domain/format.ts'
import { Lamp } from '../../components/status-badge.tsx'
import { plural } from '../../ui/format.ts'
import { runCommand } from '../../actions/commands.ts'
import { navigate } from '../../model/route.ts'

type Executors = readonly ExecutorView[]

export function MachineCard({ executors }: { readonly executors: Executors | null }) {
  const summary = useYard((view) => view.summary)
  const agents = useYard((view) => view.agents)
  if (summary === null) return null
  const { machine, today } = summary
  const spent = spentText({ today })
  const more = roomFor(summary, [...agents.values()])
  return (
    <section className="card machine" aria-label="This machine">
      <header>
        <h2>This machine</h2>
        <span>{`${plural(machine.cores, 'core')}, ${bytesText(machine.memoryBytes)}`}</span>
      </header>
      <dl>
        <Meter
          name="Memory"
          percent={(machine.memoryUsedBytes / machine.memoryBytes) * 100}
          text={bytesText(machine.memoryUsedBytes)}
        />
        <Meter name="CPU" percent={machine.cpuPercent} />
        {spent !== null && (
          <div>
            <dt>Today</dt>
            <dd className="today">{spent}</dd>
          </div>
        )}
      </dl>
      {more > 0 && (
        <p>
          Memory for about {more} more.{' '}
          <button
            type="button"
            className="text-button"
            onClick={() => runCommand('coordinator.caps')}
          >
            Raise the cap
          </button>
        </p>
      )}
      {executors && <Health executors={executors} breakers={summary.breakers} />}
    </section>
  )
}

interface MeterProps {
  readonly name: string
  /** Null = not known. */
  readonly percent: number | null
  /** Where it is not the percentage. */
  readonly text?: string
}

function Meter({ name, percent, text }: MeterProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="meter" aria-hidden="true">
        {percent !== null && <i style={{ width: `${Math.min(100, percent)}%` }} />}
      </dd>
      <dd>{text ?? (percent === null ? '' : `${Math.round(percent)}%`)}</dd>
    </div>
  )
}

/** How many more agents like the present ones the free memory would hold, while all places are taken. */
function roomFor({ agents, machine }: Summary, living: readonly AgentView[]): number {
  if (agents.alive < agents.max) return 0
  const known = living.flatMap(({ memoryBytes }) => memoryBytes ?? [])
  if (known.length === 0) return 0
  const each = known.reduce((sum, bytes) => sum + bytes, 0) / known.length
  // A tenth is left to the rest of the machine.
  const free = machine.memoryBytes * 0.9 - machine.memoryUsedBytes
  return Math.max(0, Math.min(agents.max, Math.floor(free / Math.max(each, 1_000_000))))
}

interface HealthProps extends Pick<Summary, 'breakers'> {
  readonly executors: Executors
}

const NAMED = 4

function Health({ executors, breakers }: HealthProps) {
  const health = executors
    .filter(({ type }) => type !== 'manual')
    .map((each) => healthOf(each, breakers))
    .toSorted((a, b) => b.weight - a.weight)
  const named = health.filter(({ weight }) => weight > 0).slice(0, NAMED)
  const rest = health.length - named.length
  return (
    <ul className="health flex flex-wrap text-11 text-text-2">
      {named.map(({ name, state, note }) => (
        <li key={name} title={note}>
          <Lamp state={state} />
          {name}
          <span className="visually-hidden">: {note}</span>
        </li>
      ))}
      {rest > 0 && (
        <li>
          <button
            type="button"
            className="text-button"
            onClick={() => navigate({ screen: 'executors' })}
          >
            {rest} more
          </button>
        </li>
      )}
    </ul>
  )
}

/** `weight`: what is in use or held back comes first; 0 = it cannot run here, which is said on its own screen. */
function healthOf(
  { name, account, canRun, alive, problem }: ExecutorView,
  breakers: readonly BreakerView[],
) {
  const breaker = breakers.find(
    ({ kind, subject }) =>
      (kind === 'launch' && subject === name) ||
      (kind === 'provider' && account !== null && subject === account),
  )
  if (breaker) {
    const state = breaker.until === null ? 'failed' : 'parked'
    return { name, state, note: breaker.reason, weight: 3 } as const
  }
  const [state, note] = canRun ? (['done', 'ready'] as const) : (['failed', problem] as const)
  return { name, state, note: note ?? 'cannot run here', weight: alive > 0 ? 2 : Number(canRun) }
}
