/** What a yard that was not made here would run, and the question whether it may. The focus begins on Cancel. */
import { useEffect, useRef, useState } from 'react'
import { useCommand } from '../session/session-context.tsx'
import type { YardClient } from '../session/link.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { useAnswer } from '../ui/use-answer.ts'
import { countText, plural } from '../ui/words.ts'
import { plainToSee } from './plain-to-see.ts'

type Shown = Awaited<ReturnType<YardClient['page']['trust']>>

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
  const trust = async (seen: string): Promise<void> => {
    if (await run(({ page }) => page.confirmTrust({ seen }))) onClose()
    else asked.askAgain()
  }
  return (
    <>
      <p className="text-12 text-text-2">
        It was not made on this machine. Its agents would run as you, and could read what you can
        read.
      </p>
      <ProblemNote problem={asked.problem} onClose={asked.askAgain} />
      {shown && <WhatRuns shown={shown} />}
      <ProblemNote problem={problem} onClose={dismiss} />
      <div className="dialog-acts">
        <span ref={cancel}>
          <Button onClick={onClose}>Cancel</Button>
        </span>
        <Button
          look="danger"
          isBusy={isBusy}
          disabled={shown === null || !asked.isCurrent}
          onClick={() => shown && void trust(shown.seen)}
        >
          Trust this yard
        </Button>
      </div>
    </>
  )
}

function WhatRuns({ shown }: { readonly shown: Shown }) {
  const { executors, settings, variables, lines } = shown
  return (
    <div className="trust-list" role="region" aria-label="What it would run" tabIndex={0}>
      <section aria-label="Executors">
        <h3>{plural(executors.length, 'executor')}</h3>
        <ul>
          {executors.map((text) => (
            <li key={text}>
              <code>{plainToSee(text)}</code>
            </li>
          ))}
        </ul>
      </section>
      {settings.length > 0 && (
        <section aria-label="Settings">
          <h3>{plural(settings.length, 'setting')}</h3>
          <ul>
            {settings.map((text) => (
              <li key={text}>
                <code>{plainToSee(text)}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-label="Variables">
        <h3>Variables of your environment that they read</h3>
        {variables.length === 0 ? (
          <p>None is named.</p>
        ) : (
          <ul>
            {variables.map((name) => (
              <li key={name}>
                <code>{plainToSee(name)}</code>
              </li>
            ))}
          </ul>
        )}
      </section>
      <Lines lines={lines} />
    </div>
  )
}

const STEP = 100

const KIND_WORDS = {
  exec: '',
  verify: ', its check',
  executor: ', posted to',
  repo: ', works in',
} as const satisfies Record<Shown['lines'][number]['kind'], string>

function Lines({ lines }: Pick<Shown, 'lines'>) {
  const [most, setMost] = useState(STEP)
  const rest = lines.length - most
  return (
    <section aria-label="Lines">
      <h3>
        {lines.length === 0 ? 'No lines of tasks' : plural(lines.length, 'line')}
        {lines.length > 0 && ' of tasks'}
      </h3>
      <ul>
        {lines.slice(0, most).map(({ task, kind, line }) => (
          <li key={`${task} ${kind}`}>
            <span className="text-text-3">
              {plainToSee(task)}
              {KIND_WORDS[kind]}
            </span>
            <code>{plainToSee(line)}</code>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <Button onClick={() => setMost(most + STEP)}>
          Show {countText(Math.min(STEP, rest))} more of {countText(rest)}
        </Button>
      )}
    </section>
  )
}
