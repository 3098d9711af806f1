/** Models: the registry that tasks and executors name, and which of them is the default. */
import { type ComponentProps, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { Screen } from '../../../ui/screen.tsx'
import { useAnswer } from '../../../model/use-answer.ts'
import { countText, plural } from '../../../ui/format.ts'
import { useCommands } from '../../../actions/commands.ts'
import { FilterField } from '../../filter-field.tsx'
import { hasText, useQuery } from '../../../model/filter.ts'
import { NoneMatch } from '../../filter-field.tsx'
import { useRequest } from '../../../model/route.ts'
import { ModelDialog } from './model-dialog.tsx'
import { ModelTable } from './model-table.tsx'
import { RoutingTables } from './routing-table.tsx'
import type { ModelView } from '../../../model/session/link.ts'
import { useModelActions } from './use-model-actions.ts'
import '../registry.css'
import { formatKey } from '../../../components/config-entry.ts'
import { ConfigRow } from '../../../components/config-row.tsx'
import { Dialog } from '../../../ui/popups.tsx'

export function ModelsScreen() {
  const models = useAnswer(({ service }) => service.models())
  const executors = useAnswer(({ service }) => service.executors())
  const config = useAnswer(({ service }) => service.config())
  const [edited, setEdited] = useState<{ readonly model: ModelView | null } | null>(null)
  const [isRoles, setRoles] = useState(false)
  const [saved, setSaved] = useState<string | null>(null)
  const add = (): void => setEdited({ model: null })
  useCommands({ 'model.add': add, 'model.roles': () => setRoles(true) })
  useRequest('add', add)
  useRequest('roles', () => setRoles(true))
  const askAll = (): void => {
    for (const each of [models, executors, config]) each.askAgain()
  }
  const list = models.value ?? []
  const { act, problem, dismiss } = useModelActions(
    { models: list, executors: executors.value ?? [], config: config.value ?? [] },
    askAll,
  )
  return (
    <Screen
      title="Models"
      filters={
        <FilterField label="Filter models" hint="Words of a model: its name, provider, id, tier" />
      }
      note={models.value && noteOf(list)}
      tools={
        <>
          <Button onClick={() => setRoles(true)}>Roles</Button>
          <Button icon="plus" onClick={() => setEdited({ model: null })}>
            Model
          </Button>
        </>
      }
    >
      <div className="registry flex-1 min-h-0">
        <div className="registry-list flex-1 min-w-0">
          <ProblemNote problem={problem} onClose={dismiss} />
          <ProblemNote problem={models.problem ?? config.problem} onClose={askAll} />
          {models.value && config.value && (
            <Filtered
              models={list}
              config={config.value}
              executors={executors.value ?? []}
              saved={saved}
              acts={{ ...act, edit: (model) => setEdited({ model }) }}
            />
          )}
          <RoutingTables />
        </div>
      </div>
      {isRoles && (
        <RolesDialog names={wordsFor(list)} onSaved={askAll} onClose={() => setRoles(false)} />
      )}
      {edited && (
        <ModelDialog
          model={edited.model}
          taken={new Set(list.map(({ name }) => name))}
          onSaved={(name) => {
            setSaved(name)
            askAll()
          }}
          onClose={() => setEdited(null)}
        />
      )}
    </Screen>
  )
}

function noteOf(models: readonly ModelView[]): string {
  const byDefault = models.find(({ isDefault }) => isDefault)
  const count = `${countText(models.length)} in the registry, prices per million tokens`
  return byDefault === undefined ? count : `${count}, ${byDefault.name} is the default`
}

/** A role may name a model, or a tier, which means its provider’s model of that tier. */
const wordsFor = (models: readonly ModelView[]): readonly string[] => [
  ...new Set([...models.map(({ name }) => name), ...models.flatMap(({ tier }) => tier ?? [])]),
]

/** What the filter leaves of them. */
function Filtered({ models, ...rest }: ComponentProps<typeof ModelTable>) {
  const query = useQuery()
  const shown = models.filter(({ name, provider, modelId, endpoint, tier, roles, isDefault }) =>
    hasText(query, [
      ...[name, provider, modelId, endpoint, tier],
      ...[...roles, isDefault ? 'default' : null],
    ]),
  )
  if (models.length > 0 && shown.length === 0)
    return <NoneMatch all={plural(models.length, 'model')} />
  return <ModelTable models={shown} {...rest} />
}

// Which model the yard itself asks, for each thing that it asks models for.

interface RolesDialogProps {
  /** Names of models and tiers. */
  readonly names: readonly string[]
  /** A role has another model now. */
  readonly onSaved: () => void
  readonly onClose: () => void
}

function RolesDialog({ names, onSaved, onClose }: RolesDialogProps) {
  const roles = useAnswer(({ service }) => service.roles())
  const settings = useAnswer(({ page }) => page.settings({}))
  const settingOf = (role: string) =>
    settings.value?.entries.find(({ key }) => key === keyOf(role)) ?? null
  const saved = (): void => {
    roles.askAgain()
    onSaved()
  }
  return (
    <Dialog title="Roles of models" isOpen onClose={onClose}>
      <p className="text-12 text-text-2">
        What the yard itself asks a model for, beside your tasks. Without one of its own a role gets
        the default.
      </p>
      <ProblemNote problem={roles.problem} onClose={roles.askAgain} />
      <div className="model-roles">
        {roles.value?.map(({ role, model, source }) => {
          const setting = settingOf(role)
          return (
            setting && (
              <ConfigRow
                key={role}
                entry={{ ...setting, value: model, source, file: null, line: null }}
                names={{ executors: [], models: names }}
                scope="project"
                onSaved={saved}
              />
            )
          )
        })}
      </div>
      <div className="dialog-acts">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  )
}

/** What tasks get that name none is the coordinator’s word. */
const keyOf = (role: string): string =>
  role === 'default' ? 'coordinator.model' : formatKey(['models', 'roles', role])
