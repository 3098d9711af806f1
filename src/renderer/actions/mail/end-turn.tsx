/** Ending the turn of a member, which is of no task of the graph. */
import type { AgentView } from '../../../contract/view.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useCommand } from '../../model/session/session-context.tsx'
import { ConfirmButton } from '../../ui/button.tsx'
import { endTurn } from './mail-requests.ts'

/** The member is paused then, and what the turn took comes again when it goes on. */
export function EndTurn({ agent: { id, status } }: { readonly agent: AgentView }) {
  const { run, isBusy, problem, dismiss } = useCommand()
  if (status === 'ended' || status === 'stopping') return null
  return (
    <>
      <ConfirmButton
        icon="kill"
        label="Kill"
        subject={id}
        question="Kill it and pause?"
        isBusy={isBusy}
        onConfirm={() => void run(endTurn(id))}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}
