/** One executor at the right of the list: how it stands, what mends it, who uses it, each setting with its source. */
import type { BreakerView, RouteStop, TaskCard } from '../../../../contract/view.ts'
import { EXECUTOR_KINDS } from '../../../../domain/settings.ts'
import type { ExecutorView, ModelView } from '../../../model/session/link.ts'
import { useCommand, useYard } from '../../../model/session/session-context.tsx'
import { Button, ConfirmButton } from '../../../ui/button.tsx'
import { type ConfigEntry, formatKey, keyParts, scopeOf } from '../../../components/config-entry.ts'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { ConfigRow } from '../../../components/config-row.tsx'
import { CopyText } from '../../../components/copy-text.tsx'
import { RoutePlan } from '../../../components/route-plan.tsx'
import { useAnswer } from '../../../model/use-answer.ts'
import { plural } from '../../../ui/format.ts'
import { navigate } from '../../../model/route.ts'
import { cliOf, fixesOf, isMissing, namesProgram, standingOf, typeLabel } from './executor-state.ts'
import { StandingBadge } from './executor-table.tsx'
import { ExecutorFacts } from './executor-facts.tsx'
import { ExecutorTestRun } from './executor-test-run.tsx'
import { HeaderForm } from './header-form.tsx'
import type { Registry } from './use-registry.ts'
import { Part, RegistryPanel } from '../registry-panel.tsx'
import { isFinishedCard } from '../../../model/reach.ts'
import { executorOfCard } from '../../../model/task-state.ts'

interface ExecutorPanelProps {
  readonly view: ExecutorView
  readonly registry: Registry
  readonly onClose: () => void
}

type PartProps = Pick<ExecutorPanelProps, 'view' | 'registry'>

const NO_BREAKERS: readonly BreakerView[] = []

export function ExecutorPanel(props: ExecutorPanelProps) {
  const { view, registry, onClose } = props
  const breakers = useYard((yard) => yard.summary?.breakers ?? NO_BREAKERS)
  const missing = isMissing(view, registry.clis, registry.config)
  return (
    <RegistryPanel
      what="Executor"
      name={view.name}
      head={
        <>
          <p>{typeLabel(view)}</p>
          <div>
            <StandingBadge standing={standingOf(view, breakers, missing)} />
          </div>
        </>
      }
      onClose={onClose}
    >
      <Part title="On this machine">
        <ExecutorFacts view={view} clis={registry.clis} breakers={breakers} />
      </Part>
      <Part title="Test">
        <ExecutorTestRun key={view.name} view={view} onTold={registry.askAgain} />
      </Part>
      <Mending view={view} registry={registry} />
      <Uses view={view} registry={registry} />
      <Model view={view} registry={registry} />
      <Profile {...props} />
    </RegistryPanel>
  )
}

function Mending({ view, registry }: PartProps) {
  const { clis, searched } = registry
  const cli = cliOf(view, clis)
  const fixes = fixesOf(view, clis, namesProgram(view.name, registry.config))
  if (view.canRun)
    return view.binary === null ? null : (
      <Part title="Program">
        <CopyText text={view.binary} />
        {cli?.problem != null && <p className="registry-warning">{cli.problem}</p>}
      </Part>
    )
  return (
    <Part title="What to do">
      {fixes.map(({ text, command }) => (
        <p key={command}>
          {text}
          <CopyText text={command} />
        </p>
      ))}
      <p>Then look again. Tasks on this executor wait until it can run.</p>
      {searched.length > 0 && (
        <details>
          <summary>Folders searched</summary>
          <ul>
            {searched.map((folder) => (
              <li key={folder}>
                <code>{folder}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Part>
  )
}

function Uses({ view, registry }: PartProps) {
  const tasks = useYard((yard) => yard.tasks)
  const { named, byDefault, handedBy } = usesOf(view.name, tasks.values(), registry.config)
  const showTasks = (): void =>
    navigate({ screen: 'tasks', filters: { q: `executor:${view.name}` } })
  const isIdle = named + byDefault + handedBy.length + view.alive === 0
  return (
    <Part title="Who uses it">
      {isIdle && <p>Nobody now.</p>}
      {view.alive > 0 && <p>{plural(view.alive, 'agent')} alive</p>}
      {named > 0 && (
        <p>
          {plural(named, 'unfinished task names', 'unfinished tasks name')} it{' '}
          <Button look="quiet" onClick={showTasks}>
            Show them
          </Button>
        </p>
      )}
      {byDefault > 0 && (
        <p>{plural(byDefault, 'task that names', 'tasks that name')} none: it is the default</p>
      )}
      {handedBy.length > 0 && <p>Handed on to by {handedBy.join(', ')}</p>}
    </Part>
  )
}

/** For a task that names none. */
function Model({ view, registry }: PartProps) {
  const stops = modelStops(view, registry.models, registry.config)
  if (stops.length === 0) return null
  return (
    <Part title="Who picks the model">
      <RoutePlan what="model" stops={stops} />
    </Part>
  )
}

/** A profile that a file here defines goes with its table; one that is built in stays. */
function Removal({ view: { name }, registry, onClose }: ExecutorPanelProps) {
  const { run, isBusy, problem, dismiss } = useCommand()
  const key = formatKey(['executors', name])
  const source = registry.config.find((entry) => entry.key === `${key}.type`)?.source
  const scope = source ? scopeOf(source) : null
  if (scope === null) return null
  const remove = async (): Promise<void> => {
    const edits = [{ key, value: null }]
    if (!(await run(({ page }) => page.configure({ scope, edits })))) return
    onClose()
    registry.askAgain()
  }
  return (
    <div className="form-below">
      <ConfirmButton
        label="Remove"
        subject={name}
        question={`Remove it from ${scope === 'project' ? 'this yard' : 'all yards'}?`}
        isBusy={isBusy}
        onConfirm={() => void remove()}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
    </div>
  )
}

function Profile({ view, registry, onClose }: ExecutorPanelProps) {
  const { names, askAgain } = registry
  const settings = useAnswer(({ page }) => page.settings({ executor: view.name }), {
    key: view.name,
  })
  // The answer about the executor that was shown before stays until the next one comes.
  const entries = (settings.value?.entries ?? []).filter(
    ({ key }) => keyParts(key)[1] === view.name,
  )
  const saved = (): void => {
    settings.askAgain()
    askAgain()
  }
  const known = { ...names, models: view.models ?? names.models }
  if (entries.length === 0) return null
  return (
    <Part title="Profile">
      {entries.map((entry) => (
        <ConfigRow
          key={entry.key}
          entry={entry}
          names={known}
          scope={entry.source === 'global' ? 'global' : 'project'}
          isNeeded={keyParts(entry.key)[2] === 'type'}
          onSaved={saved}
        />
      ))}
      {view.type === 'http' && <HeaderForm name={view.name} onSaved={saved} />}
      <Removal view={view} registry={registry} onClose={onClose} />
    </Part>
  )
}

// Who uses an executor. Pure.

interface ExecutorUse {
  /** Unfinished tasks that name it. */
  readonly named: number
  /** Unfinished tasks that name no executor, if it is the yard's default. */
  readonly byDefault: number
  /** Executors of type schedule that hand on to it. */
  readonly handedBy: readonly string[]
}

export function usesOf(
  name: string,
  tasks: Iterable<TaskCard>,
  config: readonly ConfigEntry[],
): ExecutorUse {
  const isDefault = defaultExecutor(config) === name
  let named = 0
  let unnamed = 0
  for (const card of tasks) {
    if (isFinishedCard(card)) continue
    if (card.executor === name) named++
    if (executorOfCard(card) === null) unnamed++
  }
  const handedBy = config.flatMap(({ key, value }) => {
    const [table, profile = '', field] = keyParts(key)
    return table === 'executors' && field === 'then' && value === name ? [profile] : []
  })
  return { named, byDefault: isDefault ? unnamed : 0, handedBy }
}

const defaultExecutor = (config: readonly ConfigEntry[]): string | null => {
  const value = config.find(({ key }) => key === 'coordinator.executor')?.value
  return typeof value === 'string' ? value : null
}

/** Who picks the model of a task on an executor that names none itself, stop by stop, as the host does. Empty for an executor without a provider: there the yard's default says nothing. */
export function modelStops(
  view: ExecutorView,
  models: readonly ModelView[],
  config: readonly ConfigEntry[],
): readonly RouteStop[] {
  const provider = EXECUTOR_KINDS[view.type].provider
  const entry = config.find(({ key }) => key === 'coordinator.model')
  if (provider === null || entry === undefined) return []
  const general = typeof entry.value === 'string' ? entry.value : null
  const isFit = models.some(({ isDefault, ...model }) => isDefault && model.provider === provider)
  const isSaid = entry.source !== 'default'
  const byExecutor = view.model !== null
  const byCoordinator = !byExecutor && isSaid && isFit
  return [
    { stop: 'task', value: null, isPicked: false },
    { stop: 'executor', value: view.model, isPicked: byExecutor },
    { stop: 'coordinator', value: isSaid ? general : null, isPicked: byCoordinator },
    {
      stop: 'default',
      value: !isSaid && isFit ? general : null,
      isPicked: !byExecutor && !byCoordinator,
    },
  ]
}
