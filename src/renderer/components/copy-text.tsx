/** A text to take along: a command for a terminal, a path. Says at its place when it was copied, or that it could not be. */
import { useState } from 'react'
import { Check, Copy } from 'lucide-react'
import { Button } from '../ui/button.tsx'
import './config.css'

type Copied = 'not-yet' | 'copied' | 'failed'

export function CopyText({ text }: { readonly text: string }) {
  const [state, setState] = useState<Copied>('not-yet')
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setState('copied')
  }
  const Mark = state === 'copied' ? Check : Copy
  return (
    <span className="copy-text">
      <code>{text}</code>
      <Button
        look="quiet"
        aria-label={state === 'copied' ? `Copied ${text}` : `Copy ${text}`}
        onClick={() => void copy().catch(() => setState('failed'))}
      >
        <Mark size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <span role="status" className={state === 'failed' ? undefined : 'visually-hidden'}>
        {state === 'copied' && 'Copied'}
        {state === 'failed' && 'Not copied: mark it and copy it by hand'}
      </span>
    </span>
  )
}
