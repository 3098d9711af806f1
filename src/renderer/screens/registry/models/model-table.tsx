/** The registry: one model per row, with what can be done about it. */
import { Ellipsis } from 'lucide-react'
import { useYard } from '../../../model/session/session-context.tsx'
import { Button } from '../../../ui/button.tsx'
import { sourceLabel, type ConfigEntry } from '../../../components/config-entry.ts'
import { Menu, type MenuEntry } from '../../../ui/menu.tsx'
import { countText, tokensText } from '../../../ui/numbers.ts'
import { navigate } from '../../../model/route.ts'
import { runsModels, usesOf, type ExecutorView, type ModelView } from './model-use.ts'

export interface ModelActs {
  setDefault(model: ModelView): void
  edit(model: ModelView): void
  remove(model: ModelView): void
}

interface ModelTableProps {
  readonly executors: readonly ExecutorView[]
  readonly models: readonly ModelView[]
  readonly config: readonly ConfigEntry[]
  readonly acts: ModelActs
}

export function ModelTable({ models, ...rest }: ModelTableProps) {
  return (
    <table className="table registry-table model-table">
      <caption className="visually-hidden">Models</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Provider</th>
          <th scope="col">Model id</th>
          <th scope="col" data-spare="last">
            Tier
          </th>
          <th scope="col" className="num" data-spare="next">
            Context
          </th>
          {['In', 'Out', 'Cached'].map((head) => (
            <th
              key={head}
              scope="col"
              className="num"
              title="US dollars per million tokens"
              data-spare={head === 'Cached' ? 'first' : undefined}
            >
              {head}
            </th>
          ))}
          <th scope="col" data-spare="next">
            Runs on
          </th>
          <th scope="col" data-spare="first">
            Source
          </th>
          <th scope="col" className="num">
            Tasks
          </th>
          <th scope="col">
            <span className="visually-hidden">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {models.map((model) => (
          <ModelRow key={model.name} model={model} {...rest} />
        ))}
      </tbody>
    </table>
  )
}

interface ModelRowProps extends Pick<ModelTableProps, 'config' | 'acts' | 'executors'> {
  readonly model: ModelView
}

function ModelRow({ model, config, acts, executors }: ModelRowProps) {
  const count = useYard(({ tasks }) => usesOf(model, tasks.values(), config).tasks.length)
  const { name, provider, modelId, endpoint, tier, source, roles, isDefault } = model
  return (
    <tr>
      <th scope="row">
        {name}
        {isDefault && <span className="registry-mark">default</span>}
        {roles.map((role) => (
          <span key={role} className="registry-mark">
            {role}
          </span>
        ))}
      </th>
      <td>{provider}</td>
      <td>
        <code>{modelId}</code>
        {endpoint !== null && <code className="registry-sub">{endpoint}</code>}
      </td>
      <td data-spare="last">{tier}</td>
      <td className="num" data-spare="next">
        {tokensText(model.contextWindow)}
      </td>
      <Prices model={model} />
      <td data-spare="next">
        <RunsOn name={name} executors={executors} />
      </td>
      <td data-spare="first">{source === 'default' ? 'Built in' : sourceLabel(source)}</td>
      <td className="num">{count > 0 && <ShowTasks count={count} name={name} />}</td>
      <td className="num">
        <Menu
          align="end"
          trigger={
            <Button look="quiet" aria-label={`Acts of ${name}`}>
              <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
            </Button>
          }
          entries={entriesOf(model, acts)}
        />
      </td>
    </tr>
  )
}

/** Per million tokens, and when that was noted. */
function Prices({
  model: { costIn, costOut, costCached, priceDate },
}: Pick<ModelRowProps, 'model'>) {
  return (
    <>
      <td className="num">
        {priceText(costIn)}
        {costIn !== null && priceDate !== null && <span className="registry-sub">{priceDate}</span>}
      </td>
      <td className="num">{priceText(costOut)}</td>
      <td className="num" data-spare="first">
        {priceText(costCached)}
      </td>
    </>
  )
}

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

function ShowTasks({ count, name }: { readonly count: number; readonly name: string }) {
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

function entriesOf(model: ModelView, acts: ModelActs): readonly MenuEntry[] {
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
