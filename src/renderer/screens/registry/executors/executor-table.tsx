/** All profiles, one per row. The name opens its panel; arrow keys walk the names. */
import type { Ref } from 'react'
import type { FoundCli } from '../../../../contract/start-screen.ts'
import type { BreakerView } from '../../../../contract/view.ts'
import { PERMISSION_LABELS } from '../../../../domain/settings.ts'
import { isCodingAgent } from '../../../../domain/settings.ts'
import type { ExecutorView } from '../../../model/session/link.ts'
import type { ConfigEntry } from '../../../components/config-entry.ts'
import { Button } from '../../../ui/button.tsx'
import { type DataColumn, DataTable } from '../../../ui/data-table.tsx'
import { useYard } from '../../../model/session/session-context.tsx'
import { Countdown } from '../../../components/ticking-time.tsx'
import { StatusBadge } from '../../../components/status-badge.tsx'
import {
  foundText,
  heldBy,
  isMissing,
  type Standing,
  standingOf,
  typeLabel,
} from './executor-state.ts'
import { countText } from '../../../ui/format.ts'
import { walkNames } from '../registry-panel.tsx'

interface ExecutorTableProps {
  readonly ref: Ref<HTMLTableElement>
  readonly executors: readonly ExecutorView[]
  readonly clis: readonly FoundCli[]
  readonly config: readonly ConfigEntry[]
  readonly chosen: string | null
  readonly onChoose: (name: string | null) => void
}

const NO_BREAKERS: readonly BreakerView[] = []

export function ExecutorTable(props: ExecutorTableProps) {
  const { ref, executors, clis, config, chosen, onChoose } = props
  const missing = new Set(executors.filter((view) => isMissing(view, clis, config)))
  const breakers = useYard((view) => view.summary?.breakers ?? NO_BREAKERS)
  const columns: readonly DataColumn<ExecutorView>[] = [
    [
      'Profile',
      (view) => <Name view={view} chosen={chosen} onChoose={onChoose} />,
      { sortBy: 'name' },
    ],
    ['State', (view) => <State view={view} breakers={breakers} isMissing={missing.has(view)} />],
    [
      'Found',
      (view) => <code>{foundText(view, clis)}</code>,
      { tip: ({ binary }) => binary ?? undefined },
    ],
    ['Sign-in', ({ credentials }) => credentials !== null && <code>{credentials}</code>, SPARE],
    ['Permissions', permissionsText, SPARE],
    ['Model', ({ model }) => model],
    [
      'In use',
      ({ alive, maxAgents }) => <Places alive={alive} max={maxAgents} />,
      { className: 'num', sortBy: 'alive' },
    ],
  ]
  return (
    <DataTable
      ref={ref}
      label="Executors"
      className="registry-table"
      onKeyDown={walkNames}
      columns={columns}
      rows={executors}
      keyOf={({ name }) => name}
      rowProps={(view) => ({
        'data-chosen': view.name === chosen,
        'data-missing': missing.has(view) || undefined,
        onClick: () => onChoose(view.name),
      })}
    />
  )
}

const SPARE = { spare: 'next' } as const

interface NameProps extends Pick<ExecutorTableProps, 'chosen' | 'onChoose'> {
  readonly view: ExecutorView
}

function Name({ view, chosen, onChoose }: NameProps) {
  const { name } = view
  return (
    <>
      <button
        type="button"
        className="text-button block"
        data-name={name}
        aria-expanded={name === chosen}
        onClick={(event) => {
          event.stopPropagation()
          onChoose(name === chosen ? null : name)
        }}
      >
        {name}
      </button>
      <span className="registry-sub">{typeLabel(view)}</span>
    </>
  )
}

export function StandingBadge({ standing }: { readonly standing: Standing }) {
  const { lamp, word, reason } = standing
  return (
    <>
      <StatusBadge state={lamp} word={word} />
      {reason !== null && <span className="registry-sub registry-reason">{reason}</span>}
    </>
  )
}

interface StateProps {
  readonly view: ExecutorView
  readonly breakers: readonly BreakerView[]
  readonly isMissing: boolean
}

/** How it stands; when it goes on, and who does its tasks meanwhile. */
function State({ view, breakers, isMissing: isNotThere }: StateProps) {
  const held = view.canRun ? heldBy(view, breakers) : null
  return (
    <>
      <StandingBadge standing={standingOf(view, breakers, isNotThere)} />
      {isNotThere && (
        <Button look="quiet" aria-label={`Set up ${view.name}`}>
          Set up
        </Button>
      )}
      {held?.until != null && (
        <span className="registry-sub">
          <Countdown until={held.until} />
          {held.kind === 'provider' && view.fallback !== null && `, ${view.fallback} stands in`}
        </span>
      )}
    </>
  )
}

/** Only a coding agent has any. */
const permissionsText = ({ type, permissions }: ExecutorView): string =>
  isCodingAgent(type) ? PERMISSION_LABELS[permissions] : ''

// Places of a profile as little boxes, those in use lit; a number where there are too many, or no limit of its own.

const MOST_BOXES = 12

interface PlacesProps {
  readonly alive: number
  /** Null = only the yard's cap. */
  readonly max: number | null
}

function Places({ alive, max }: PlacesProps) {
  const text = max === null ? countText(alive) : `${countText(alive)} of ${countText(max)}`
  const boxes = max ?? 0
  if (boxes === 0 || boxes > MOST_BOXES || alive > boxes)
    return max === null && alive === 0 ? null : <>{text}</>
  return (
    <span className="places" title={text}>
      <span className="visually-hidden">{text}</span>
      {Array.from({ length: boxes }, (_, index) => (
        <i key={index} aria-hidden="true" data-used={index < alive} />
      ))}
    </span>
  )
}
