/** A text to take along: a command for a terminal, a path. Says at its place when it was copied, or that it could not be. */
import { useState } from 'react'
import { Check, Copy } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import './config.css'
import { locationText } from './config-entry.ts'

type Copied = 'not-yet' | 'copied' | 'failed'

export function CopyText({ text }: { readonly text: string }) {
  const [state, setState] = useState<Copied>('not-yet')
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setState('copied')
  }
  const Mark = state === 'copied' ? Check : Copy
  return (
    <span className="copy-text text-12 min-w-0">
      <code>{text}</code>
      <Button
        icon={Mark}
        look="quiet"
        aria-label={state === 'copied' ? `Copied ${text}` : `Copy ${text}`}
        onClick={() => void copy().catch(() => setState('failed'))}
      />
      <span role="status" className={state === 'failed' ? undefined : 'visually-hidden'}>
        {state === 'copied' && 'Copied'}
        {state === 'failed' && 'Not copied: mark it and copy it by hand'}
      </span>
    </span>
  )
}

// A place in a file: shown in the person's editor or file manager by the app, copied in a browser, which can open no files.

interface FilePlaceProps {
  readonly file: string
  readonly line: number | null
}

type Outcome = 'none' | 'copied' | 'failed'

export function FileLocation({ file, line }: FilePlaceProps) {
  const [outcome, setOutcome] = useState<Outcome>('none')
  const host = window.yardHost
  const full = line === null ? file : `${file}:${line}`
  const press = async (): Promise<void> => {
    if (host) return setOutcome((await host.reveal(file)) ? 'none' : 'failed')
    await navigator.clipboard.writeText(full)
    setOutcome('copied')
  }
  return (
    <span className="file-place">
      <button
        type="button"
        title={full}
        aria-label={`${host ? 'Open' : 'Copy'} ${locationText(file, line)}`}
        onClick={() => void press().catch(() => setOutcome('failed'))}
      >
        {locationText(file, line)}
      </button>
      <span role="status">
        {outcome === 'copied' && ' Copied'}
        {outcome === 'failed' && (host ? ' It could not be opened' : ' It could not be copied')}
      </span>
    </span>
  )
}
