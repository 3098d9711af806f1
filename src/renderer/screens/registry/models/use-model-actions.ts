/** Acts on models: another default, said beforehand whom it changes; removal, refused while somebody uses it, and undone by ⌘Z. */
import { useState } from 'react'
import type { ModelView, YardClient } from '../../../model/session/link.ts'
import type { Problem } from '../../../model/session/problem.ts'
import { useSession } from '../../../model/session/session-context.tsx'
import { formatKey, scopeOf, type ConfigScope } from '../../../components/config-entry.ts'
import { plural } from '../../../ui/format.ts'
import { ask } from '../../../actions/ask.ts'
import { making, type Making } from '../../../actions/history.ts'
import type { ConfigEdit } from '../config-form.tsx'
import { saidOf } from './model-dialog.tsx'
import { changedBy, usesOf, inUseReason, type ModelWorld } from './model-use.ts'

/** `onChanged`: the host has taken a change, now or by an undo later. */
export function useModelActions(world: Omit<ModelWorld, 'tasks'>, onChanged: () => void) {
  const session = useSession()
  const [problem, setProblem] = useState<Problem | null>(null)
  const tasks = () => session.yard.getState().tasks.values()
  const send = async (edit: (client: YardClient) => Promise<unknown>): Promise<boolean> => {
    setProblem(null)
    const result = await session.call(edit, 'waits')
    if (!result.ok) setProblem(result.error)
    onChanged()
    return result.ok
  }
  const setDefault = async (model: ModelView): Promise<void> => {
    const count = changedBy(model, { ...world, tasks: tasks() })
    const given = await ask({
      title: `Make ${model.name} the default model?`,
      lines: [
        count === 0
          ? 'No unfinished task would change.'
          : `Would change ${plural(count, 'task')}. Agents that run go on with theirs.`,
      ],
      choices: [{ id: 'set', label: 'Set as default', look: 'main' }],
    })
    if (given) await send(configure('project', [{ key: 'coordinator.model', value: model.name }]))
  }
  const remove = async (model: ModelView, own: Making): Promise<void> => {
    const scope = scopeOf(model.source)
    if (scope === null) return
    const reason = inUseReason(model, usesOf(model, tasks(), world.config))
    if (reason !== null)
      return setProblem({
        kind: 'in-use',
        message: reason,
        hint: 'Give them another model first. Nothing was removed.',
      })
    const key = formatKey(['models', model.name])
    const taken = configure(scope, [{ key, value: null }])
    const given = configure(scope, saidOf(model, world.config))
    if (!(await send(taken))) return
    const again = (edit: typeof taken) => async (client: YardClient) => {
      await edit(client)
      onChanged()
    }
    own.remember(session, {
      label: `Removed model ${model.name}`,
      undo: again(given),
      redo: again(taken),
    })
  }
  return {
    act: {
      setDefault: (model: ModelView) => void setDefault(model),
      remove: (model: ModelView) => void making((own) => remove(model, own)),
    },
    problem,
    dismiss: () => setProblem(null),
  }
}

const configure =
  (scope: ConfigScope, edits: readonly ConfigEdit[]) =>
  ({ page }: YardClient): Promise<unknown> =>
    page.configure({ scope, edits: [...edits] })
