/** One identity at the right of the list: what it says, how it did, which tasks ask for it. */
import type { ReactNode } from 'react'
import type { IdentityPerformance, IdentityView } from '../../../../contract/identity.ts'
import { shortId } from '../../../../domain/judging/identity.ts'
import { CopyText } from '../../../components/copy-text.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { Lamp } from '../../../components/status-badge.tsx'
import { navigate } from '../../../model/route.ts'
import { shownScore } from '../../../model/scores.ts'
import { useTurnover } from '../../../model/session/session-context.tsx'
import { labelOfState } from '../../../model/task-state.ts'
import { useAnswer } from '../../../model/use-answer.ts'
import { DataTable, type DataColumn } from '../../../ui/data-table.tsx'
import { capital, countText, moneyText } from '../../../ui/format.ts'
import { Part, RegistryPanel } from '../registry-panel.tsx'
import { type IdentityRow, SOURCES } from './identity-rows.ts'

interface IdentityPanelProps {
  readonly row: IdentityRow
  readonly onClose: () => void
}

export function IdentityPanel({ row, onClose }: IdentityPanelProps) {
  const { id, name, source } = row
  // What no file says any more is told by the store.
  const { value, problem, askAgain } = useAnswer(
    async ({ identity }) => row.view ?? (await identity.get({ id })),
    { key: row.view },
  )
  return (
    <RegistryPanel
      what="Identity"
      name={name}
      head={
        <>
          <p>{value === null ? '' : `${capital(value.role)}, ${value.tradeoff}`}</p>
          <p>
            <code title={id}>{shortId(id)}</code>, {SOURCES[source]}
          </p>
        </>
      }
      onClose={onClose}
    >
      <ProblemNote problem={problem} onClose={askAgain} />
      {value && <Content view={value} />}
      <Performance id={id} />
      <Tasks id={id} />
    </RegistryPanel>
  )
}

function Content({ view }: { readonly view: IdentityView }) {
  return (
    <>
      {view.description !== '' && (
        <Part title="What its agent is told">
          <p className="identity-text" dir="auto">
            {view.description}
          </p>
        </Part>
      )}
      <Items title="Acceptable" items={view.acceptable} />
      <Items title="Not acceptable" items={view.not_acceptable} />
      <Items title="Skills" items={view.skills} />
      {view.file !== null && (
        <Part title="File">
          <CopyText text={view.file} />
        </Part>
      )}
      <Part title="Ask for it">
        <CopyText text={`yard edit ID --identity ${shortId(view.id)}`} />
      </Part>
    </>
  )
}

function Items({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  if (items.length === 0) return null
  return (
    <Part title={title}>
      <ul className="identity-items">
        {items.map((item) => (
          <li key={item} dir="auto">
            {item}
          </li>
        ))}
      </ul>
    </Part>
  )
}

// How its results were scored, apart for each kind of task and each model.

function Performance({ id }: { readonly id: string }) {
  const turnover = useTurnover()
  const { value, problem, askAgain } = useAnswer(
    async ({ identity }) => {
      const [kinds, models] = await Promise.all([
        identity.performance({ by: 'kind' }),
        identity.performance({ by: 'model' }),
      ])
      const own = (rows: typeof kinds) => rows.filter((each) => each.identity?.id === id)
      return { kinds: own(kinds), models: own(models) }
    },
    { key: turnover },
  )
  return (
    <Part title="Performance">
      <ProblemNote problem={problem} onClose={askAgain} />
      {value?.kinds.length === 0 && <p>No result of it was scored yet.</p>}
      {value && value.kinds.length > 0 && (
        <>
          <Figures head="Kind" rows={value.kinds} />
          <Figures head="Model" rows={value.models} />
        </>
      )}
    </Part>
  )
}

interface FiguresProps {
  readonly head: 'Kind' | 'Model'
  readonly rows: readonly IdentityPerformance[]
}

function Figures({ head, rows }: FiguresProps) {
  const columns: readonly DataColumn<IdentityPerformance>[] = [
    [head, ({ key }) => key ?? <span className="text-text-3">none</span>, { isRowHead: true }],
    ['Tries', triesOf, { className: 'num' }],
    ['Mean', ({ mean }) => shownScore(mean), { className: 'num' }],
    ['Cost', ({ meanCostUsd }) => moneyText(meanCostUsd), { className: 'num' }],
  ]
  return (
    <DataTable
      label={`Performance by ${head.toLowerCase()}`}
      className="identity-figures"
      columns={columns}
      rows={rows}
      keyOf={({ key }) => key ?? ''}
    />
  )
}

const triesOf = ({ n, isFew }: IdentityPerformance): ReactNode =>
  `${countText(n)}${isFew ? ' few' : ''}`

function Tasks({ id }: { readonly id: string }) {
  const turnover = useTurnover()
  const { value, problem, askAgain } = useAnswer(({ identity }) => identity.tasks({ id }), {
    key: turnover,
  })
  return (
    <Part title="Tasks that ask for it">
      <ProblemNote problem={problem} onClose={askAgain} />
      {value?.length === 0 && <p>None now.</p>}
      {value && value.length > 0 && (
        <ul className="identity-tasks">
          {value.map((task) => (
            <li key={task.id} data-st={task.state}>
              <Lamp state={task.state} />
              <button
                type="button"
                className="text-button"
                dir="auto"
                onClick={() => navigate({ task: task.id, tab: 'overview' })}
              >
                {task.title}
              </button>
              <span className="text-text-3">{labelOfState(task.state)}</span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  )
}
