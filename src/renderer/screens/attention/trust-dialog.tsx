/** What a yard that was not made here would run, and the question whether it may. The focus begins on Cancel. */
import { useEffect, useId, useRef, useState } from 'react'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { WhatRuns } from './what-runs.tsx'
import './trust.css'

interface TrustDialogProps {
  /** The yard. */
  readonly name: string
  readonly isOpen: boolean
  readonly onClose: () => void
}

export function TrustDialog({ name, isOpen, onClose }: TrustDialogProps) {
  return (
    <Dialog title={`Trust ${name}?`} size="wide" isOpen={isOpen} onClose={onClose}>
      {isOpen && <TrustForm onClose={onClose} />}
    </Dialog>
  )
}

function TrustForm({ onClose }: Pick<TrustDialogProps, 'onClose'>) {
  const asked = useAnswer(({ page }) => page.trust())
  const { run, isBusy, problem, dismiss } = useCommand()
  const cancel = useRef<HTMLSpanElement>(null)
  useEffect(() => cancel.current?.querySelector('button')?.focus(), [])
  const shown = asked.value
  /** Stands for the list whose end was in sight. */
  const [ended, setEnded] = useState<string | null>(null)
  const isSeen = shown !== null && ended === shown.seen
  const note = useId()
  const trust = async (seen: string): Promise<void> => {
    if (await run(({ page }) => page.confirmTrust({ seen }))) onClose()
    else asked.askAgain()
  }
  return (
    <>
      <p className="text-12 text-text-2">
        It was copied, moved or made elsewhere. Its agents would run as you, and could read what you
        can read.
      </p>
      <ProblemNote problem={asked.problem} onClose={asked.askAgain} />
      {shown && <WhatRuns key={shown.seen} shown={shown} onEnd={setEnded} />}
      <ProblemNote problem={problem} onClose={dismiss} />
      <div className="dialog-acts">
        {shown && !isSeen && (
          <span id={note} className="trust-note">
            Read it to its end first.
          </span>
        )}
        <span ref={cancel}>
          <Button onClick={onClose}>Cancel</Button>
        </span>
        <Button
          look="danger"
          isBusy={isBusy}
          disabled={!isSeen || !asked.isCurrent}
          aria-describedby={shown && !isSeen ? note : undefined}
          onClick={() => shown && void trust(shown.seen)}
        >
          Trust this yard
        </Button>
      </div>
    </>
  )
}
