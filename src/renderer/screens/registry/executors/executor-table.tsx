/** All profiles, one per row. The name opens its panel; arrow keys walk the names. */
import type { KeyboardEvent, Ref } from 'react'
import type { FoundCli } from '../../../../contract/lobby.ts'
import type { BreakerView } from '../../../../contract/view.ts'
import { PERMISSION_LABELS } from '../../../../domain/routing/executor-labels.ts'
import { isCodingAgent } from '../../../../domain/settings.ts'
import { useYard } from '../../../model/session/session-context.tsx'
import { Countdown } from '../../../components/countdown.tsx'
import { Lamp } from '../../../components/status-badge.tsx'
import {
  foundText,
  heldBy,
  standingOf,
  typeLabel,
  type ExecutorView,
  type Standing,
} from './executor-state.ts'
import { Places } from './places.tsx'

interface ExecutorTableProps {
  readonly ref: Ref<HTMLTableElement>
  readonly executors: readonly ExecutorView[]
  readonly clis: readonly FoundCli[]
  readonly chosen: string | null
  readonly onChoose: (name: string | null) => void
}

const NO_BREAKERS: readonly BreakerView[] = []

export function ExecutorTable({ ref, executors, clis, chosen, onChoose }: ExecutorTableProps) {
  const breakers = useYard((view) => view.summary?.breakers ?? NO_BREAKERS)
  return (
    <table ref={ref} className="table registry-table" onKeyDown={walkNames}>
      <caption className="visually-hidden">Executors</caption>
      <thead>
        <tr>
          <th scope="col">Profile</th>
          <th scope="col">State</th>
          <th scope="col">Found</th>
          <th scope="col" data-spare="next">
            Sign-in
          </th>
          <th scope="col" data-spare="next">
            Permissions
          </th>
          <th scope="col">Model</th>
          <th scope="col" className="num">
            In use
          </th>
        </tr>
      </thead>
      <tbody>
        {executors.map((view) => (
          <tr
            key={view.name}
            data-chosen={view.name === chosen}
            onClick={() => onChoose(view.name)}
          >
            <td>
              <button
                type="button"
                className="registry-name"
                data-name={view.name}
                aria-expanded={view.name === chosen}
                onClick={(event) => {
                  event.stopPropagation()
                  onChoose(view.name === chosen ? null : view.name)
                }}
              >
                {view.name}
              </button>
              <span className="registry-sub">{typeLabel(view)}</span>
            </td>
            <td>
              <StandingBadge standing={standingOf(view, breakers)} />
              <Wakes view={view} breakers={breakers} />
            </td>
            <td title={view.binary ?? undefined}>
              <code>{foundText(view, clis)}</code>
            </td>
            <td data-spare="next">
              {view.credentials !== null && <code>{view.credentials}</code>}
            </td>
            <td data-spare="next">{permissionsText(view)}</td>
            <td>{view.model}</td>
            <td className="num">
              <Places alive={view.alive} max={view.maxAgents} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function StandingBadge({ standing }: { readonly standing: Standing }) {
  const { lamp, word, reason } = standing
  return (
    <>
      <span className="status-badge" data-st={lamp}>
        <Lamp state={lamp} />
        {word}
      </span>
      {reason !== null && <span className="registry-sub registry-reason">{reason}</span>}
    </>
  )
}

interface WakesProps {
  readonly view: ExecutorView
  readonly breakers: readonly BreakerView[]
}

/** When it goes on, and who does its tasks meanwhile. */
function Wakes({ view, breakers }: WakesProps) {
  const held = view.canRun ? heldBy(view, breakers) : null
  if (held?.until == null) return null
  return (
    <span className="registry-sub">
      <Countdown until={held.until} />
      {held.kind === 'provider' && view.fallback !== null && `, ${view.fallback} stands in`}
    </span>
  )
}

/** Only a coding agent has any. */
const permissionsText = ({ type, permissions }: ExecutorView): string =>
  isCodingAgent(type) ? PERMISSION_LABELS[permissions] : ''

function walkNames(event: KeyboardEvent<HTMLTableElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const names = [...event.currentTarget.querySelectorAll<HTMLElement>('.registry-name')]
  const now = names.findIndex((name) => name === document.activeElement)
  if (now < 0) return
  event.preventDefault()
  names[Math.min(names.length - 1, Math.max(0, now + step))]?.focus()
}
