/** What waits for a person, by weight and age, each with its answer. */
import { AlarmClock, BellOff, CircleCheck } from 'lucide-react'
import { type KeyboardEvent, type Ref, useMemo, useRef, useState } from 'react'
import { BREAKER_KINDS } from '../../../domain/reason.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { Countdown, Elapsed } from '../../components/ticking-time.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { navigate, useRequest } from '../../model/route.ts'
import { useCommand, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { useThrottled } from '../../ui/timers.ts'
import { instantText, plural } from '../../ui/format.ts'
import { Menu } from '../../ui/popups.tsx'
import { LastLines, PlainText } from '../../ui/plain-text.tsx'
import { AnswerForm } from '../../actions/views/question-answer.tsx'
import { Answers } from './answers.tsx'
import { type AttentionItem, attentionItems, type ItemKind } from './attention-items.ts'
import { useMailReply } from './mail-answers.tsx'
import { HOUR_MS, snooze, UNTIL_CHANGE, useAwake } from './snooze.ts'
import { TrustDialog } from './trust-dialog.tsx'
import './attention.css'
import { selectTasks } from '../../model/selection.ts'
import { focusAfterDraw } from '../../ui/focus.ts'
import { stepOf, useVirtualRows } from '../../ui/virtual-rows.ts'

/** What is held up costs a walk over all tasks. */
const EVERY_MS = 250

export function AttentionScreen() {
  const { awake, asleep } = useAwake(useItems())
  const [isAsleepShown, setAsleepShown] = useState(false)
  return (
    <Screen
      title="Attention"
      note={awake.length === 0 ? undefined : `${plural(awake.length, 'thing')} waiting for you`}
      tools={
        asleep.length === 0 ? undefined : (
          <Button aria-pressed={isAsleepShown} onClick={() => setAsleepShown(!isAsleepShown)}>
            {plural(asleep.length, 'snoozed', 'snoozed')}
          </Button>
        )
      }
    >
      {awake.length === 0 && (!isAsleepShown || asleep.length === 0) ? (
        <EmptyNote text="Nothing waits for you.">
          <CircleCheck size={20} strokeWidth={1.5} aria-hidden="true" />
        </EmptyNote>
      ) : (
        <AttentionList awake={awake} asleep={isAsleepShown ? asleep : []} />
      )}
      <Review />
    </Screen>
  )
}

/** The banner leads here to judge the yard, whatever else is listed. */
function Review() {
  const name = useYard((view) => view.summary?.name ?? '')
  const [isOpen, setOpen] = useState(false)
  useRequest('review', () => setOpen(true))
  return <TrustDialog name={name} isOpen={isOpen} onClose={() => setOpen(false)} />
}

function useItems(): readonly AttentionItem[] {
  const summary = useYard((view) => view.summary)
  const agents = useYard((view) => view.agents)
  const tasks = useThrottled(
    useYard((view) => view.tasks),
    EVERY_MS,
  )
  return useMemo(
    () => (summary === null ? [] : attentionItems(summary, tasks, agents)),
    [summary, tasks, agents],
  )
}

// The list: ↑↓ go from row to row, Tab into a row's answers, ↵ opens what it is about.

function AttentionList({ awake, asleep }: ReturnType<typeof useAwake>) {
  const items = [...awake, ...asleep]
  const scroller = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string | null>(null)
  const rows = useVirtualRows({
    scroller,
    count: items.length,
    height: 72,
    keyOf: (index) => items[index]?.key ?? index,
  })
  const place = Math.max(
    0,
    items.findIndex(({ key }) => key === current),
  )
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = stepOf(event.key, place, items.length)
    if (to === null || event.altKey || !isRow(event.target)) return
    event.preventDefault()
    rows.scrollToIndex(to)
    setCurrent(items[to]?.key ?? null)
    focusAfterDraw(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`))
  }
  return (
    <div ref={scroller} className="screen-body" onKeyDown={onKeyDown}>
      <ul className="attention-list" aria-label="What waits for you" style={{ height: rows.total }}>
        {rows.items.map(({ index, top, key }) => {
          const item = items[index]
          return item ? (
            <AttentionRow
              key={key}
              ref={rows.measure}
              item={item}
              index={index}
              count={items.length}
              top={top}
              isStop={index === place}
              isAsleep={index >= awake.length}
              onFocus={() => {
                setCurrent(item.key)
                if (item.task !== null) selectTasks([item.task], { focusId: item.task })
              }}
            />
          ) : null
        })}
      </ul>
    </div>
  )
}

const isRow = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.dataset['index'] !== undefined

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

function AttentionRow(props: AttentionRowProps) {
  const { ref, item, index, count, top, isStop, isAsleep, onFocus } = props
  const command = useCommand()
  const reply = useMailReply(item)
  const open = (): void => {
    if (item.task !== null)
      navigate({ task: item.task, tab: item.kind === 'landing' ? 'changes' : null })
  }
  return (
    <li
      ref={ref}
      className="attention-row gap-3"
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
      <div className="attention-what text-12 min-w-0">
        <p className="truncate">
          <span className="attention-kind text-state">{item.word}</span>
          {item.task === null ? (
            <strong>{item.title}</strong>
          ) : (
            <button type="button" className="text-button" onClick={open}>
              {item.title}
            </button>
          )}
        </p>
        <p className="attention-text text-text-2" dir={item.message === null ? undefined : 'auto'}>
          <PlainText text={item.text} />
        </p>
        {item.lastLines !== null && (
          <LastLines text={item.lastLines} from={item.kind === 'gate' ? 'gate' : 'output'} />
        )}
        {reply.form}
        {item.kind === 'answer' && <AnswerForm task={item.task ?? ''} question={item.text} />}
        <p className="attention-facts flex flex-wrap text-11">
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
      <div className="attention-acts flex flex-wrap items-center">
        {reply.act}
        <Answers item={item} command={command} />
        <Snooze item={item} isAsleep={isAsleep} />
      </div>
    </li>
  )
}

/** Pink where a person must do something, red where a try has failed, else the colour of what sleeps. */
function stateOf(kind: ItemKind): ShownState {
  if (kind === 'failed' || kind === 'read-only' || kind === 'dead-letter') return 'failed'
  return PARKED.includes(kind) ? 'parked' : 'waiting'
}
const PARKED: readonly ItemKind[] = [...BREAKER_KINDS, 'machine', 'spent']

function Snooze({ item, isAsleep }: Pick<AttentionRowProps, 'item' | 'isAsleep'>) {
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
