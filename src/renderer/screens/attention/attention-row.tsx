/** One thing that waits for a person: what, to what, since when, what it holds up, and the answer right there. */
import { AlarmClock, BellOff } from 'lucide-react'
import type { Ref } from 'react'
import { BREAKER_KINDS } from '../../../domain/plan.ts'
import type { ShownState } from '../../../domain/task.ts'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { instantText } from '../../ui/format.ts'
import { Countdown } from '../../components/countdown.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { LastLines } from '../../ui/plain-text.tsx'
import { Menu } from '../../ui/menu.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { navigate } from '../../model/route.ts'
import { Answers } from './answers.tsx'
import type { AttentionItem, ItemKind } from './attention-items.ts'
import { HOUR_MS, snooze, UNTIL_CHANGE } from './snooze.ts'

interface AttentionRowProps {
  readonly ref: Ref<HTMLLIElement>
  readonly item: AttentionItem
  readonly index: number
  readonly count: number
  /** px */
  readonly top: number
  readonly isStop: boolean
  readonly isAsleep: boolean
  readonly onFocus: () => void
}

export function AttentionRow(props: AttentionRowProps) {
  const { ref, item, index, count, top, isStop, isAsleep, onFocus } = props
  const command = useCommand()
  const open = (): void => {
    if (item.task !== null)
      navigate({ task: item.task, tab: item.kind === 'landing' ? 'changes' : null })
  }
  return (
    <li
      ref={ref}
      className="attention-row"
      data-index={index}
      data-st={stateOf(item.kind)}
      data-asleep={isAsleep}
      tabIndex={isStop ? 0 : -1}
      aria-label={`${item.word}: ${item.title}`}
      aria-setsize={count}
      aria-posinset={index + 1}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={onFocus}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return
        event.preventDefault()
        open()
      }}
    >
      <Lamp state={stateOf(item.kind)} />
      <div className="attention-what">
        <p className="truncate">
          <span className="attention-kind">{item.word}</span>
          {item.task === null ? (
            <strong>{item.title}</strong>
          ) : (
            <button type="button" className="attention-title" onClick={open}>
              {item.title}
            </button>
          )}
        </p>
        <p className="attention-text">{item.text}</p>
        {item.lastLines !== null && <LastLines text={item.lastLines} />}
        <p className="attention-facts">
          {item.since !== null && (
            <span>
              <Elapsed since={item.since} /> ago
            </span>
          )}
          {item.effect !== null && <span>{item.effect}</span>}
          {item.until !== null && (
            <span>
              clears {instantText(item.until)}, <Countdown until={item.until} />
            </span>
          )}
        </p>
        <ProblemNote problem={command.problem} onClose={command.dismiss} />
      </div>
      <div className="attention-acts">
        <Answers item={item} command={command} />
        <Snooze item={item} isAsleep={isAsleep} />
      </div>
    </li>
  )
}

/** Pink where a person must do something, red where a try has failed, else the colour of what sleeps. */
function stateOf(kind: ItemKind): ShownState {
  if (kind === 'failed' || kind === 'read-only') return 'failed'
  return PARKED.includes(kind) ? 'parked' : 'waiting'
}
const PARKED: readonly ItemKind[] = [...BREAKER_KINDS, 'machine', 'spent']

interface SnoozeProps {
  readonly item: AttentionItem
  readonly isAsleep: boolean
}

function Snooze({ item, isAsleep }: SnoozeProps) {
  if (isAsleep)
    return (
      <Button look="quiet" onClick={() => snooze(item.key, 0)}>
        <AlarmClock size={14} strokeWidth={1.5} aria-hidden="true" />
        Wake
      </Button>
    )
  return (
    <Menu
      align="end"
      trigger={
        <Button look="quiet" aria-label={`Snooze ${item.title}`} title="Snooze">
          <BellOff size={14} strokeWidth={1.5} aria-hidden="true" />
        </Button>
      }
      entries={[
        { label: 'For 1 hour', onSelect: () => snooze(item.key, Date.now() + HOUR_MS) },
        { label: 'Until it changes', onSelect: () => snooze(item.key, UNTIL_CHANGE) },
      ]}
    />
  )
}
