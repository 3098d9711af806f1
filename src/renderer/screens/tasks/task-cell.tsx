/** One fact of a task in the table. What is not known is empty. */
import type { TaskCard } from '../../../contract/view.ts'
import { durationText } from '../../../domain/format.ts'
import { instantText, capital } from '../../ui/format.ts'
import { Elapsed } from '../../components/elapsed.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { cardMoneyText } from '../../components/usage-text.ts'
import { tookMs, updatedAt, type Column } from './columns.ts'
import { factOf } from '../../model/fact-of.ts'

interface TaskCellProps {
  readonly card: TaskCard
  readonly column: Column
}

export function TaskCell({ card, column }: TaskCellProps) {
  const { id, isNumber } = column
  const iso = id === 'updated' ? isoOf(updatedAt(card)) : id === 'added' ? card.createdAt : null
  const words = iso === null ? wordsOf(card, id) : instantText(iso)
  return (
    <div
      role="gridcell"
      className="task-cell"
      data-column={id}
      data-number={isNumber}
      title={iso ?? words ?? undefined}
    >
      <Content card={card} id={id} words={words} />
    </div>
  )
}

const isoOf = (at: number): string => new Date(at).toISOString()

interface ContentProps {
  readonly card: TaskCard
  readonly id: string
  readonly words: string | null
}

function Content({ card, id, words }: ContentProps) {
  if (id === 'state') return <StatusBadge state={card.state} />
  if (id === 'time' && card.status === 'in-progress' && card.startedAt !== null)
    return <Elapsed since={card.startedAt} />
  return words
}

/** Null where a part draws itself. */
function wordsOf(card: TaskCard, id: string): string | null {
  const took = id === 'time' ? tookMs(card, 0) : null
  const words: Readonly<Record<string, string | null>> = {
    title: card.title,
    route: [card.executor, card.model].filter(Boolean).join(', '),
    priority: capital(card.priority),
    tries: triesText(card),
    cost: cardMoneyText(card),
    time: took === null || card.completedAt === null ? '' : durationText(took),
    fact: capital(factOf(card) ?? ''),
    tags: card.tags.join(', '),
    agent: card.agent ?? '',
    id: card.id,
  }
  return words[id] ?? null
}

/** `2 of 3`; empty before the first. */
function triesText({ attempts, attemptsAllowed }: TaskCard): string {
  if (attempts === 0) return ''
  return attemptsAllowed === null ? `${attempts}` : `${attempts} of ${attemptsAllowed}`
}
