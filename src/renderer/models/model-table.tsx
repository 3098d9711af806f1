/** The registry: one model per row, with what can be done about it. */
import { Ellipsis } from 'lucide-react'
import { useYard } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { sourceWord, type ConfigEntry } from '../ui/config-entry.ts'
import { Menu, type MenuEntry } from '../ui/menu.tsx'
import { countText } from '../ui/words.ts'
import { navigate } from '../workspace/route.ts'
import { usesOf, type ModelView } from './model-use.ts'

export interface ModelActs {
  setDefault(model: ModelView): void
  edit(model: ModelView): void
  remove(model: ModelView): void
}

interface ModelTableProps {
  readonly models: readonly ModelView[]
  readonly config: readonly ConfigEntry[]
  readonly acts: ModelActs
}

export function ModelTable({ models, config, acts }: ModelTableProps) {
  return (
    <table className="table registry-table model-table">
      <caption className="visually-hidden">Models</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Provider</th>
          <th scope="col">Model id</th>
          <th scope="col">Endpoint</th>
          <th scope="col">Tier</th>
          <th scope="col">Source</th>
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
          <ModelRow key={model.name} model={model} config={config} acts={acts} />
        ))}
      </tbody>
    </table>
  )
}

interface ModelRowProps extends Pick<ModelTableProps, 'config' | 'acts'> {
  readonly model: ModelView
}

function ModelRow({ model, config, acts }: ModelRowProps) {
  const count = useYard(({ tasks }) => usesOf(model, tasks.values(), config).tasks.length)
  const { name, provider, modelId, endpoint, tier, source, isDefault } = model
  return (
    <tr>
      <th scope="row">
        {name}
        {isDefault && <span className="registry-mark">default</span>}
      </th>
      <td>{provider}</td>
      <td>
        <code>{modelId}</code>
      </td>
      <td>{endpoint !== null && <code>{endpoint}</code>}</td>
      <td>{tier}</td>
      <td>{source === 'default' ? 'Built in' : sourceWord(source)}</td>
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

function ShowTasks({ count, name }: { readonly count: number; readonly name: string }) {
  return (
    <Button
      look="quiet"
      onClick={() => navigate({ screen: 'tasks', filters: { q: `model:${name}` } })}
    >
      {countText(count)}
      <span className="visually-hidden"> tasks name {name}: show them</span>
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
