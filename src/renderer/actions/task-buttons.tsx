/** The acts that make sense for a task now, with what follows from them; the rest behind ⋯. */
import { Ellipsis } from 'lucide-react'
import type { ReactNode } from 'react'
import { useCommand, useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import type { IconName } from '../ui/icon.tsx'
import { Menu, type MenuEntry } from '../ui/menu.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { Tip } from '../ui/tip.tsx'
import { TwiceButton } from '../ui/twice-button.tsx'
import { ask } from './ask.ts'
import { blockedReason, runCommand } from './commands.ts'
import { useIsPast } from '../model/shown-time.ts'
import { dependentsOf, wouldBecomeReady } from '../model/reach.ts'
import { deleteTasks, doAct } from './send-acts.ts'
import { TASK_ACTS } from './task-acts.ts'
import { actsNow, consequenceOf, secondPressOf, type ActName, type Standing } from './acts-now.ts'
import { KillProgress } from './kill-progress.tsx'
import { useNow } from '../ui/use-now.ts'

const LABELS: Readonly<Record<ActName, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  publish: 'Publish',
  retry: 'Retry',
  retryFresh: 'Retry fresh',
  reopen: 'Do it again',
  complete: 'Mark as done',
  take: 'Take it in hand',
  letGo: 'Give it back',
  takeBack: 'Take it back',
  kill: 'Kill',
  killRestart: 'Kill and start again',
  abandon: 'Abandon',
  delete: 'Delete',
  startNow: 'Start now',
  skipOnce: 'Skip once',
}
const ICONS: Partial<Readonly<Record<ActName, IconName>>> = {
  pause: 'pause',
  resume: 'play',
  publish: 'play',
  retry: 'retry',
  retryFresh: 'retry',
  reopen: 'retry',
  complete: 'check',
  take: 'check',
  kill: 'kill',
  startNow: 'play',
  skipOnce: 'close',
  takeBack: 'close',
}
const DANGEROUS: ReadonlySet<ActName> = new Set(['abandon', 'delete', 'kill', 'killRestart'])

export function TaskActs({ standing }: { readonly standing: Standing }) {
  const { card, agent } = standing
  const acts = useActs(standing)
  const { first, rest } = actsNow(standing)
  const isPast = useIsPast()
  const note = noteOf(first, acts)
  if (isPast)
    return (
      <p className="acts-note">
        The graph shows the past; this is how it stands now. Go back to live to change it.
      </p>
    )
  return (
    <>
      <div className="acts" role="group" aria-label="Acts">
        {first.map((name) => (
          <Act key={name} name={name} standing={standing} acts={acts} />
        ))}
        <Menu
          align="end"
          trigger={
            <Button look="quiet" aria-label="More acts">
              <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
            </Button>
          }
          entries={[
            ...rest.map((name) => entryOf(name, standing, acts)),
            ...commonEntries(rest.length > 0),
          ]}
        />
      </div>
      {note !== null && agent !== null && <p className="acts-note">{note}</p>}
      <ProblemNote problem={acts.command.problem} onClose={acts.command.dismiss} />
      <KillProgress card={card} agent={agent} />
    </>
  )
}

/** The first act of which more follows than its word says, by its name: alone it would read as what is so already. */
function noteOf(names: readonly ActName[], acts: Acts): string | null {
  const name = names.find((each) => acts.consequence(each) !== null)
  return name === undefined ? null : `${LABELS[name]}: ${acts.consequence(name)}`
}

type Acts = ReturnType<typeof useActs>

function useActs(standing: Standing) {
  const session = useSession()
  const command = useCommand()
  const tasks = useYard((view) => view.tasks)
  const { card, agent } = standing
  const { id } = card
  const dependents = {
    waiting: dependentsOf(tasks)(id).length,
    wouldStart: wouldBecomeReady(tasks, new Set([id])).length,
  }
  const send = (act: 'letGo' | 'scheduleNow' | 'scheduleSkip'): void =>
    void command.run(({ task }, commandId) => task[act]({ id, commandId }))
  const kill = (redispatch: boolean): void => {
    if (agent === null) return
    void command.run((client, commandId) =>
      client.agent.kill({ id: agent.id, redispatch, commandId }),
    )
  }
  const run = (name: ActName): void => {
    if (name === 'letGo' || name === 'takeBack') return send('letGo')
    if (name === 'startNow') return send('scheduleNow')
    if (name === 'skipOnce') return send('scheduleSkip')
    if (name === 'kill' || name === 'killRestart') return kill(name === 'killRestart')
    if (name === 'abandon' || name === 'delete') return void deleteTasks(session, [card])
    if (name === 'complete' && agent !== null && !standing.isByHand)
      return void completeRunning(agent.id, () => doAct(session, TASK_ACTS.complete, [card]))
    void doAct(session, TASK_ACTS[name], [card])
  }
  const consequence = (name: ActName): string | null => consequenceOf(name, standing, dependents)
  return { command, run, consequence }
}

/** Work is thrown away by it, so it is asked first. */
async function completeRunning(agentId: string, act: () => Promise<unknown>): Promise<void> {
  const answer = await ask({
    title: 'Mark as done while it is worked on?',
    lines: [`${agentId} is stopped. Its files stay.`, 'What waits for this task may start.'],
    choices: [{ id: 'done', label: 'Mark as done', look: 'danger' }],
  })
  if (answer !== null) await act()
}

interface ActProps {
  readonly name: ActName
  readonly standing: Standing
  readonly acts: Acts
}

function Act({ name, standing, acts }: ActProps): ReactNode {
  const now = useNow(1000)
  const icon = ICONS[name]
  const label = LABELS[name]
  const { isBusy } = acts.command
  const question = secondPressOf(name, standing, now)
  if (question !== null)
    return (
      <TwiceButton
        icon={icon ?? 'kill'}
        label={label}
        question={question}
        isBusy={isBusy}
        onConfirm={() => acts.run(name)}
      />
    )
  const button = (
    <Button
      {...(icon === undefined ? {} : { icon })}
      look={DANGEROUS.has(name) ? 'danger' : 'plain'}
      isBusy={isBusy}
      onClick={() => acts.run(name)}
    >
      {label}
    </Button>
  )
  const consequence = acts.consequence(name)
  return consequence === null ? button : <Tip text={consequence}>{button}</Tip>
}

function entryOf(name: ActName, standing: Standing, acts: Acts): MenuEntry {
  const consequence = acts.consequence(name)
  return {
    label: LABELS[name],
    look: DANGEROUS.has(name) ? 'danger' : 'plain',
    ...(consequence === null ? {} : { note: consequence }),
    onSelect: () => void askedInMenu(name, standing, acts),
  }
}

/** A menu is gone after the first press, so what takes two is asked in a dialog. */
async function askedInMenu(name: ActName, standing: Standing, acts: Acts): Promise<void> {
  const question = secondPressOf(name, standing, Date.now())
  const answer =
    question === null ||
    (await ask({
      title: question,
      lines: [acts.consequence(name)].filter((line) => line !== null),
      choices: [{ id: name, label: LABELS[name], look: 'danger' }],
    }))
  if (answer !== null) acts.run(name)
}

const COMMON: readonly (readonly [string, string])[] = [
  ['task.add-after', 'Add a task after it'],
  ['task.add-before', 'Add a task before it'],
  ['task.copy-id', 'Copy id'],
  ['task.copy-command', 'Copy `yard` command for this'],
]

function commonEntries(hasOthers: boolean): readonly MenuEntry[] {
  const entries = COMMON.map(([id, label]): MenuEntry => ({
    label,
    blocked: blockedReason(id),
    onSelect: () => void runCommand(id),
  }))
  return hasOthers ? [{ kind: 'line' }, ...entries] : entries
}
