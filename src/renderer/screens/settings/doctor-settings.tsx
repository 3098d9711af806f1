/** Doctor: what is wrong with this yard, and what mends it. */
import { useState } from 'react'
import type { DoctorItem } from '../../../contract/service.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Lamp } from '../../components/status-badge.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { plural } from '../../ui/format.ts'
import { PlainText } from '../../ui/plain-text.tsx'
import { SettingRow, type SettingSection } from './setting.tsx'

const LEVELS: Readonly<Record<DoctorItem['level'], readonly [ShownState, string]>> = {
  fail: ['failed', 'Fails'],
  warn: ['waiting', 'To see to'],
  ok: ['done', 'Fine'],
}

function Doctor() {
  // What is asked of remotes goes over the network: only when it is wanted.
  const [network, setNetwork] = useState(false)
  const found = useAnswer(({ service }) => service.doctor({ network }), { key: network })
  const items = found.value ?? []
  const bad = items.filter(({ level }) => level !== 'ok')
  const isRunning = !found.isCurrent && found.problem === null
  return (
    <SettingRow
      label="What is wrong"
      note={found.value === null ? 'It is looked at now.' : summaryOf(bad, items.length)}
      below={
        <>
          <ProblemNote problem={found.problem} onClose={found.askAgain} />
          <ItemList label="What is wrong" items={bad.toSorted(byLevel)} />
          {items.length > bad.length && (
            <details className="doctor-fine">
              <summary>{plural(items.length - bad.length, 'check is', 'checks are')} fine</summary>
              <ItemList label="What is fine" items={items.filter(({ level }) => level === 'ok')} />
            </details>
          )}
        </>
      }
    >
      <Button icon="retry" isBusy={isRunning} onClick={found.askAgain}>
        Run again
      </Button>
      {!network && (
        <Button
          isBusy={isRunning}
          title="Remotes of git are asked"
          onClick={() => setNetwork(true)}
        >
          With the network
        </Button>
      )}
    </SettingRow>
  )
}

const byLevel = (a: DoctorItem, b: DoctorItem): number =>
  Number(a.level !== 'fail') - Number(b.level !== 'fail')

export function summaryOf(bad: readonly DoctorItem[], all: number): string {
  const failing = bad.filter(({ level }) => level === 'fail').length
  if (bad.length === 0) return `Nothing: ${plural(all, 'check is', 'checks are')} fine.`
  const parts = [
    ...(failing > 0 ? [plural(failing, 'fails', 'fail')] : []),
    ...(bad.length > failing ? [`${plural(bad.length - failing, 'thing')} to see to`] : []),
  ]
  return `${parts.join(', ')}, of ${plural(all, 'check')}.`
}

interface ItemListProps {
  readonly label: string
  readonly items: readonly DoctorItem[]
}

function ItemList({ label, items }: ItemListProps) {
  if (items.length === 0) return null
  return (
    <ul className="doctor-items" aria-label={label}>
      {items.map(({ id, level, text, fix }) => (
        <li key={id} data-st={LEVELS[level][0]}>
          <Lamp state={LEVELS[level][0]} />
          <div className="min-w-0">
            <p>
              <b className="text-state">{LEVELS[level][1]}</b> <code>{id}</code>
            </p>
            <p className="doctor-text">
              <PlainText text={text} />
            </p>
            {fix !== null && (
              <p className="doctor-text">
                <span className="text-text-3">What helps: </span>
                <PlainText text={fix} />
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  )
}

export const DOCTOR: SettingSection = {
  id: 'doctor',
  title: 'Doctor',
  settings: [
    { id: 'doctor', words: 'Doctor what is wrong checks problems fix health', node: <Doctor /> },
  ],
}
