/** What can be done to a task now, as buttons, with what follows from it; the rest behind ⋯. */
import { Ellipsis } from 'lucide-react'
import type { ReactElement } from 'react'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button, ConfirmButton } from '../../ui/button.tsx'
import type { IconName } from '../../ui/icon.tsx'
import { Menu, Tip } from '../../ui/popups.tsx'
import type { MenuEntry } from '../../ui/popup-parts.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useNow } from '../../ui/timers.ts'
import { useIsHistory } from '../../model/shown-time.ts'
import type { Action, Facts, Subject } from '../action.ts'
import { blockedReason, runCommand } from '../commands.ts'
import { factsOf, useKilling, usePerform, type Performing } from '../perform.ts'
import { actionsFor } from '../registry.ts'
import { KillProgress } from './stop-progress.tsx'

/** As many as stand in one row. */
const MOST_SHOWN = 3

export function TaskButtons({ subject }: { readonly subject: Subject }) {
  const performing = usePerform()
  useYard((view) => view.tasks) // what follows depends on the others
  const session = useSession()
  const isPast = useIsHistory()
  if (isPast)
    return (
      <p className="acts-note">
        The graph shows the past; this is how it stands now. Go back to live to change it.
      </p>
    )
  const actions = actionsFor(subject)
  const shown = actions.slice(0, MOST_SHOWN)
  const note = subject.agent === null ? null : noteOf(shown, subject, factsOf(session))
  return (
    <>
      <div className="acts flex flex-wrap items-center" role="group" aria-label="Actions">
        {shown.map((action) => (
          <ActionButton key={action.id} action={action} subject={subject} performing={performing} />
        ))}
        <Menu
          align="end"
          trigger={
            <Button look="quiet" aria-label="More actions">
              <Ellipsis size={16} strokeWidth={1.5} aria-hidden="true" />
            </Button>
          }
          entries={withCommon(
            actions
              .slice(MOST_SHOWN)
              .map((action) =>
                entryOf(action, subject, factsOf(session), () =>
                  performing.perform(action, [subject]),
                ),
              ),
          )}
        />
      </div>
      {note !== null && <p className="acts-note">{note}</p>}
      <ProblemNote problem={performing.problem} onClose={performing.dismiss} />
      <KillProgress card={subject.card} agent={subject.agent} />
    </>
  )
}

/** The first action of which more follows than its label says, by its name: alone it would read as what is so already. */
function noteOf(actions: readonly Action[], subject: Subject, facts: Facts): string | null {
  for (const { label, note } of actions) {
    const text = note?.(subject, facts)
    if (text) return `${label}: ${text}`
  }
  return null
}

interface ActionButtonProps {
  readonly action: Action
  readonly subject: Subject
  readonly performing: Performing
  /** Where the label of the action would not say enough there. */
  readonly label?: string
  /** Whom it means, read out and not shown, where the place does not say it. */
  readonly of?: string
}

/** An action on one task as a button: it asks on the same place where a second press is enough. Null where it does not fit. */
export function ActionButton(props: ActionButtonProps) {
  const { action, subject, performing, label = action.label, of } = props
  const session = useSession()
  useNow(1000) // the question says how long it has worked
  const killing = useKilling()
  if (action.blocked(subject) !== null) return null
  const facts = factsOf(session)
  const isBusy = performing.isBusy || killing.has(subject.agent?.id ?? '')
  const run = (isConfirmed: boolean) => (): void =>
    void performing.perform(action, [subject], isConfirmed)
  const press = action.ask?.([subject], facts)?.press
  if (press !== undefined)
    return (
      <ConfirmButton
        {...iconOf(action)}
        label={label}
        subject={of}
        question={press}
        isBusy={isBusy}
        onConfirm={run(true)}
      />
    )
  return (
    <Noted note={textOf(action, subject, facts)}>
      <Button {...iconOf(action)} look={action.look} isBusy={isBusy} onClick={run(false)}>
        {label}
        {of !== undefined && <span className="visually-hidden"> {of}</span>}
      </Button>
    </Noted>
  )
}

const textOf = (action: Action, subject: Subject, facts: Facts): string | null =>
  action.note?.(subject, facts) ?? null

const iconOf = ({ icon }: Action): { readonly icon?: IconName } => (icon === null ? {} : { icon })

interface NotedProps {
  readonly note: string | null
  readonly children: ReactElement
}

const Noted = ({ note, children }: NotedProps): ReactElement =>
  note === null ? children : <Tip text={note}>{children}</Tip>

/** In a menu, which is gone after the first press, what takes two is asked in a dialog. */
export function entryOf(
  action: Action,
  subject: Subject,
  facts: Facts,
  run: () => unknown,
): MenuEntry {
  const note = textOf(action, subject, facts)
  return {
    label: action.label,
    look: action.look ?? 'plain',
    ...(note === null ? {} : { note }),
    onSelect: () => void run(),
  }
}

const COMMON: readonly (readonly [string, string])[] = [
  ['task.add-after', 'Add a task after it'],
  ['task.add-before', 'Add a task before it'],
  ['task.copy-id', 'Copy id'],
  ['task.copy-command', 'Copy `yard` command for this'],
]

export function withCommon(entries: readonly MenuEntry[]): readonly MenuEntry[] {
  const common = COMMON.map(([id, label]): MenuEntry => ({
    label,
    blocked: blockedReason(id),
    onSelect: () => void runCommand(id),
  }))
  return entries.length > 0 ? [...entries, { kind: 'line' }, ...common] : common
}
