/** Which model the yard itself asks, for each thing that it asks models for. */
import { Button } from '../../../ui/button.tsx'
import { formatKey } from '../../../components/config-entry.ts'
import { ConfigRow } from '../../../components/config-row.tsx'
import { Dialog } from '../../../ui/popups.tsx'
import { ProblemNote } from '../../../components/problem-note.tsx'
import { useAnswer } from '../../../model/use-answer.ts'

interface RolesDialogProps {
  /** Names of models and tiers. */
  readonly names: readonly string[]
  /** A role has another model now. */
  readonly onSaved: () => void
  readonly onClose: () => void
}

export function RolesDialog({ names, onSaved, onClose }: RolesDialogProps) {
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
