/** Models: the registry that tasks and executors name, and which of them is the default. */
import { useState } from 'react'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Screen } from '../ui/screen.tsx'
import { useAnswer } from '../ui/use-answer.ts'
import { countText } from '../ui/words.ts'
import { ModelDialog } from './model-dialog.tsx'
import { ModelTable } from './model-table.tsx'
import type { ModelView } from './model-use.ts'
import { useModelActs } from './use-model-acts.ts'
import '../ui/registry.css'

export function ModelsScreen() {
  const models = useAnswer(({ service }) => service.models())
  const executors = useAnswer(({ service }) => service.executors())
  const config = useAnswer(({ service }) => service.config())
  const [edited, setEdited] = useState<{ readonly model: ModelView | null } | null>(null)
  const askAll = (): void => {
    for (const each of [models, executors, config]) each.askAgain()
  }
  const list = models.value ?? []
  const { act, problem, dismiss } = useModelActs(
    { models: list, executors: executors.value ?? [], config: config.value ?? [] },
    askAll,
  )
  const shownDefault = list.find(({ isDefault }) => isDefault)?.name
  return (
    <Screen
      title="Models"
      note={
        models.value &&
        `${countText(list.length)} in the registry${shownDefault === undefined ? '' : `, ${shownDefault} is the default`}`
      }
      tools={
        <Button icon="plus" onClick={() => setEdited({ model: null })}>
          Model
        </Button>
      }
    >
      <div className="registry">
        <div className="registry-list">
          <ProblemNote problem={problem} onClose={dismiss} />
          <ProblemNote problem={models.problem ?? config.problem} onClose={askAll} />
          {models.value && config.value && (
            <ModelTable
              models={list}
              config={config.value}
              acts={{ ...act, edit: (model) => setEdited({ model }) }}
            />
          )}
        </div>
      </div>
      {edited && (
        <ModelDialog
          model={edited.model}
          taken={new Set(list.map(({ name }) => name))}
          onSaved={askAll}
          onClose={() => setEdited(null)}
        />
      )}
    </Screen>
  )
}
