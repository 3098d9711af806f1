/** Executors: the named ways to run an agent, whether each can run here, and all that is set about it. */
import { useRef } from 'react'
import { Button } from '../ui/button.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Screen } from '../ui/screen.tsx'
import { countText, plural } from '../ui/words.ts'
import { currentRoute, navigate, useRoute } from '../workspace/route.ts'
import { ExecutorPanel } from './executor-panel.tsx'
import { ExecutorTable } from './executor-table.tsx'
import { useRegistry } from './use-registry.ts'
import '../ui/registry.css'

export function ExecutorsScreen() {
  const chosen = useRoute().filters['executor'] ?? null
  const registry = useRegistry()
  const { executors, isLooking, problem, askAgain } = registry
  const table = useRef<HTMLTableElement>(null)
  const view = executors?.find(({ name }) => name === chosen)
  const close = (): void => {
    choose(null)
    // In a narrow window the list comes back only with the next drawing.
    requestAnimationFrame(() =>
      table.current
        ?.querySelector<HTMLElement>(`[data-name="${CSS.escape(chosen ?? '')}"]`)
        ?.focus(),
    )
  }
  return (
    <Screen
      title="Executors"
      note={executors && countNote(executors)}
      tools={
        <Button icon="retry" isBusy={isLooking} onClick={askAgain}>
          Look again
        </Button>
      }
    >
      <div className="registry">
        <div className="registry-list">
          <ProblemNote problem={problem} onClose={askAgain} />
          {executors && (
            <ExecutorTable
              ref={table}
              executors={executors}
              clis={registry.clis}
              chosen={chosen}
              onChoose={choose}
            />
          )}
        </div>
        {view && <ExecutorPanel key={view.name} view={view} registry={registry} onClose={close} />}
      </div>
    </Screen>
  )
}

const choose = (name: string | null): void =>
  navigate({ filters: { ...currentRoute().filters, executor: name ?? '' } }, { replace: true })

const countNote = (list: readonly { readonly canRun: boolean }[]): string =>
  `${plural(list.length, 'profile')}, ${countText(list.filter(({ canRun }) => canRun).length)} can start an agent here`
