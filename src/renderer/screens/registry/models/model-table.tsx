/** The registry: one model per row, with what can be done about it. */
import { Ellipsis } from 'lucide-react'
import { useYard } from '../../../model/session/session-context.tsx'
import { DataTable, type DataColumn } from '../../../ui/data-table.tsx'
import { Button } from '../../../ui/button.tsx'
import { sourceLabel, type ConfigEntry } from '../../../components/config-entry.ts'
import { Menu } from '../../../ui/popups.tsx'
import type { MenuEntry } from '../../../ui/popup-parts.tsx'
import { countText, tokensText } from '../../../ui/format.ts'
import { navigate } from '../../../model/route.ts'
import type { ExecutorView, ModelView } from '../../../model/session/link.ts'
import { runsModels, usesOf } from './model-use.ts'

export interface ModelActions {
  setDefault(model: ModelView): void
  edit(model: ModelView): void
  remove(model: ModelView): void
}

interface ModelTableProps {
  readonly executors: readonly ExecutorView[]
  readonly models: readonly ModelView[]
  readonly config: readonly ConfigEntry[]
  /** Was added or changed last. */
  readonly saved: string | null
  readonly acts: ModelActions
}

export function ModelTable({ models, config, executors, saved, acts }: ModelTableProps) {
  const columns: readonly DataColumn<ModelView>[] = [
    ['Name', (model) => <Name model={model} />, { isRowHead: true, sortBy: 'name' }],
    ['Provider', ({ provider }) => provider, { sortBy: 'provider' }],
    ['Model id', (model) => <ModelId model={model} />],
    ['Tier', ({ tier }) => tier, { spare: 'last' }],
    [
      'Context',
      ({ contextWindow }) => tokensText(contextWindow),
      { className: 'num', spare: 'next', sortBy: 'contextWindow' },
    ],
    ['In', (model) => <PriceIn model={model} />, price('costIn')],
    ['Out', ({ costOut }) => priceText(costOut), price('costOut')],
    [
      'Cached',
      ({ costCached }) => priceText(costCached),
      { ...price('costCached'), spare: 'first' },
    ],
    ['Runs on', ({ name }) => <RunsOn name={name} executors={executors} />, { spare: 'next' }],
    [
      'Source',
      ({ source }) => (source === 'default' ? 'Built in' : sourceLabel(source)),
      { spare: 'first' },
    ],
    ['Tasks', (model) => <ShowTasks model={model} config={config} />, { className: 'num' }],
    [
      'Actions',
      (model) => <ActsMenu model={model} acts={acts} />,
      { className: 'num', isHeadHidden: true },
    ],
  ]
  return (
    <DataTable
      label="Models"
      className="registry-table model-table"
      columns={columns}
      rows={models}
      keyOf={({ name }) => name}
      rowProps={({ name }) => (name === saved ? SAVED : {})}
    />
  )
}

const SAVED = {
  'data-chosen': 'true',
  ref: (row: HTMLTableRowElement | null) => row?.scrollIntoView({ block: 'nearest' }),
}

const price = (sortBy: keyof ModelView) => ({
  className: 'num',
  headTip: 'US dollars per million tokens',
  sortBy,
})

interface ModelProps {
  readonly model: ModelView
}

const Name = ({ model: { name, isDefault, roles } }: ModelProps) => (
  <>
    {name}
    {[...(isDefault ? ['default'] : []), ...roles].map((mark) => (
      <span key={mark} className="registry-mark text-text-2">
        {mark}
      </span>
    ))}
  </>
)

const ModelId = ({ model: { modelId, endpoint } }: ModelProps) => (
  <>
    <code>{modelId}</code>
    {endpoint !== null && <code className="registry-sub">{endpoint}</code>}
  </>
)

/** With the day that prices were noted. */
const PriceIn = ({ model: { costIn, priceDate } }: ModelProps) => (
  <>
    {priceText(costIn)}
    {costIn !== null && priceDate !== null && <span className="registry-sub">{priceDate}</span>}
  </>
)

/** `$3.00`, `$0.075`: a price has the digits that its vendor gives it. */
const priceText = (usd: number | null): string =>
  usd === null ? '' : `$${Number.isInteger(usd * 100) ? usd.toFixed(2) : String(usd)}`

const NAMED = 3

interface RunsOnProps {
  readonly name: string
  readonly executors: readonly ExecutorView[]
}

/** Executors that take it; those that can run here first. */
function RunsOn({ name, executors }: RunsOnProps) {
  const able = executors
    .filter((each) => runsModels(each) && each.models?.includes(name))
    .toSorted((a, b) => Number(b.canRun) - Number(a.canRun))
    .map((each) => each.name)
  if (able.length === 0) return <span className="text-text-3">no executor</span>
  const more = able.length - NAMED
  return (
    <span title={able.join(', ')}>
      {able.slice(0, NAMED).join(', ')}
      {more > 0 && ` and ${countText(more)} more`}
    </span>
  )
}

function ShowTasks({ model, config }: ModelProps & Pick<ModelTableProps, 'config'>) {
  const count = useYard(({ tasks }) => usesOf(model, tasks.values(), config).tasks.length)
  if (count === 0) return null
  const { name } = model
  return (
    <Button
      look="quiet"
      onClick={() => navigate({ screen: 'tasks', filters: { q: `model:${name}` } })}
    >
      {countText(count)}
      <span className="visually-hidden">
        {' '}
        {count === 1 ? 'task names' : 'tasks name'} {name}: show them
      </span>
    </Button>
  )
}

const ActsMenu = ({ model, acts }: ModelProps & Pick<ModelTableProps, 'acts'>) => (
  <Menu
    align="end"
    trigger={
      <Button look="quiet" aria-label={`Actions of ${model.name}`}>
        <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
      </Button>
    }
    entries={entriesOf(model, acts)}
  />
)

function entriesOf(model: ModelView, acts: ModelActions): readonly MenuEntry[] {
  return [
    {
      label: 'Set as default…',
      blocked: model.isDefault ? 'It is' : null,
      onSelect: () => acts.setDefault(model),
    },
    { label: 'Edit…', onSelect: () => acts.edit(model) },
    { kind: 'line' },
    {
      label: 'Remove',
      look: 'danger',
      blocked: model.source === 'default' ? 'Built in' : null,
      onSelect: () => acts.remove(model),
    },
  ]
}
