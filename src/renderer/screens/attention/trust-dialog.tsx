/** What a yard that was not made here would run, and the question whether it may. The focus begins on Cancel. */
import {
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { YardClient } from '../../model/session/link.ts'
import { useCommand } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { countText, plural } from '../../ui/format.ts'
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
          <span id={note} className="trust-note text-12 text-text-2">
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

// All that it would run: first what is peculiar to it, at the end what comes with every yard.

type Shown = Awaited<ReturnType<YardClient['page']['trust']>>

interface WhatRunsProps {
  readonly shown: Shown
  /** With its `seen`: all lines are listed, and the end of the list is or was in sight. */
  readonly onEnd: (seen: string) => void
}

/** Lines at first; each press shows as many again. */
const FIRST_LINES = 100

function WhatRuns({ shown, onEnd }: WhatRunsProps) {
  const { settings, variables, lines } = shown
  const [most, setMost] = useState(FIRST_LINES)
  const { list, look } = useEnd(most >= lines.length, () => onEnd(shown.seen))
  const builtIn = new Set(shown.builtIn)
  const changed = shown.executors.filter((text) => !builtIn.has(text))
  return (
    <div
      ref={list}
      className="trust-list text-12 text-text-2"
      role="region"
      aria-label="What it would run"
      tabIndex={0}
      onScroll={look}
    >
      <Lines lines={lines} most={most} onMore={() => setMost(most * 2)} />
      <Part name="Variables" title="Variables of your environment that its executors read">
        {variables.length === 0 ? <p>None is named.</p> : <Texts texts={variables} />}
      </Part>
      {settings.length > 0 && (
        <Part name="Settings" title={plural(settings.length, 'setting')}>
          <Texts texts={settings} />
        </Part>
      )}
      {changed.length > 0 && (
        <Part name="Executors" title={`${plural(changed.length, 'executor')} set up by a config`}>
          <Texts texts={changed} />
        </Part>
      )}
      {builtIn.size > 0 && (
        <section aria-label="Built-in executors">
          <details>
            <summary>{plural(builtIn.size, 'built-in executor')}, as in every yard</summary>
            <Texts texts={[...builtIn]} />
          </details>
        </section>
      )}
    </div>
  )
}

/** Counts what scrolls as read once its end was in sight; at once where all of it fits. */
function useEnd(isWhole: boolean, onEnd: () => void) {
  const list = useRef<HTMLDivElement>(null)
  const latest = useRef(onEnd)
  useEffect(() => {
    latest.current = onEnd
  })
  const look = useCallback(() => {
    const box = list.current
    if (box === null || !isWhole) return
    if (box.scrollHeight - box.scrollTop - box.clientHeight <= SLACK_PX) latest.current()
  }, [isWhole])
  // Before it is painted: what fits has been seen as soon as it stands there.
  useLayoutEffect(() => {
    look()
    window.addEventListener('resize', look)
    return () => window.removeEventListener('resize', look)
  }, [look])
  return { list, look }
}

/** Less than the padding below the last line; a zoomed page scrolls by parts of a pixel. */
const SLACK_PX = 4

interface PartProps {
  readonly name: string
  readonly title: string
  readonly children: ReactNode
}

const Part = ({ name, title, children }: PartProps): ReactNode => (
  <section aria-label={name}>
    <h3>{title}</h3>
    {children}
  </section>
)

const Texts = ({ texts }: { readonly texts: readonly string[] }): ReactNode => (
  <ul>
    {texts.map((text) => (
      <li key={text}>
        <code>{plainToSee(text)}</code>
      </li>
    ))}
  </ul>
)

const KIND_WORDS = {
  exec: '',
  verify: ', its check',
  executor: ', posted to',
  repo: ', works in',
} as const satisfies Record<Shown['lines'][number]['kind'], string>

interface LinesProps extends Pick<Shown, 'lines'> {
  readonly most: number
  readonly onMore: () => void
}

function Lines({ lines, most, onMore }: LinesProps) {
  const rest = lines.length - most
  return (
    <Part
      name="Lines"
      title={`${lines.length === 0 ? 'No lines' : plural(lines.length, 'line')} of tasks`}
    >
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
        <Button onClick={onMore}>
          Show {countText(Math.min(most, rest))} more of {countText(rest)}
        </Button>
      )}
    </Part>
  )
}

/** A foreign text as it is, with nothing in it that hides or turns round what stands beside it. Lines and tabs stay. */
export const plainToSee = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) =>
    sign === '\n' || sign === '\t' ? sign : `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
  )
