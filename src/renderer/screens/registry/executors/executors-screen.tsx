/** Executors: the named ways to run an agent, whether each can run here, and all that is set about it. */
import { useRef, useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { Screen } from '../../../ui/screen.tsx'
import { plural } from '../../../ui/format.ts'
import { currentRoute, navigate, useHalf, useRequest } from '../../../model/route.ts'
import type { FoundCli } from '../../../../contract/start-screen.ts'
import { FilterField, NoneMatch } from '../../filter-field.tsx'
import { hasText, useQuery } from '../../../model/filter.ts'
import { useCommands } from '../../../actions/commands.ts'
import { ExecutorDialog } from './new-executor.tsx'
import { ExecutorPanel } from './executor-panel.tsx'
import { ExecutorTable } from './executor-table.tsx'
import type { ExecutorView } from '../../../model/session/link.ts'
import { countNote, foundText, typeLabel } from './executor-state.ts'
import { useRegistry } from './use-registry.ts'
import '../registry.css'
import { focusAfterDraw } from '../../../ui/focus.ts'

export function ExecutorsScreen() {
  const chosen = useHalf().filters['executor'] ?? null
  const registry = useRegistry()
  const { executors, isLooking, problem, askAgain } = registry
  const table = useRef<HTMLTableElement>(null)
  const shown = useShown(executors ?? [], registry.clis)
  const view = executors?.find(({ name }) => name === chosen)
  const [isAdding, setAdding] = useState(false)
  useCommands({ 'executor.add': () => setAdding(true) })
  useRequest('add', () => setAdding(true))
  const added = (name: string): void => {
    setAdding(false)
    askAgain()
    choose(name)
  }
  const close = (): void => {
    choose(null)
    // In a narrow window the list comes back only with the next drawing.
    focusAfterDraw(() =>
      table.current?.querySelector<HTMLElement>(`[data-name="${CSS.escape(chosen ?? '')}"]`),
    )
  }
  return (
    <Screen
      title="Executors"
      filters={
        <FilterField
          label="Filter executors"
          hint="Words of a profile: its name, type, state, model"
        />
      }
      note={executors && countNote(executors)}
      tools={
        <>
          <Button icon="retry" isBusy={isLooking} onClick={askAgain}>
            Look again
          </Button>
          <Button icon="plus" onClick={() => setAdding(true)}>
            Executor
          </Button>
        </>
      }
    >
      <div className="registry flex-1 min-h-0">
        <div className="registry-list flex-1 min-w-0">
          <ProblemNote problem={problem} onClose={askAgain} />
          {executors && shown.length === 0 && (
            <NoneMatch all={plural(executors.length, 'profile')} />
          )}
          {shown.length > 0 && (
            <ExecutorTable
              ref={table}
              executors={shown}
              clis={registry.clis}
              config={registry.config}
              chosen={chosen}
              onChoose={choose}
            />
          )}
        </div>
        {view && <ExecutorPanel key={view.name} view={view} registry={registry} onClose={close} />}
      </div>
      {isAdding && (
        <ExecutorDialog
          taken={new Set(executors?.map(({ name }) => name))}
          onAdded={added}
          onClose={() => setAdding(false)}
        />
      )}
    </Screen>
  )
}

/** Those that the filter leaves. */
function useShown(
  executors: readonly ExecutorView[],
  clis: readonly FoundCli[],
): readonly ExecutorView[] {
  const query = useQuery()
  return executors.filter((view) =>
    hasText(query, [
      ...[view.name, typeLabel(view), view.model, view.permissions, view.problem],
      ...[foundText(view, clis), view.canRun ? 'Ready' : 'Cannot run'],
    ]),
  )
}

function choose(name: string | null): void {
  const { screen, filters } = currentRoute()
  const kept = screen === 'executors' ? filters : {}
  const next = { screen: 'executors', filters: { ...kept, executor: name ?? '' } } as const
  navigate(next, { replace: true })
}
