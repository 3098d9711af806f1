/** A place in a file: shown in the person's editor or file manager by the app, copied in a browser, which can open no files. */
import { useState } from 'react'
import { placeText } from './config-entry.ts'
import './config.css'

interface FilePlaceProps {
  readonly file: string
  readonly line: number | null
}

type Outcome = 'none' | 'copied' | 'failed'

export function FilePlace({ file, line }: FilePlaceProps) {
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
        aria-label={`${host ? 'Open' : 'Copy'} ${placeText(file, line)}`}
        onClick={() => void press().catch(() => setOutcome('failed'))}
      >
        {placeText(file, line)}
      </button>
      <span role="status">
        {outcome === 'copied' && ' Copied'}
        {outcome === 'failed' && (host ? ' It could not be opened' : ' It could not be copied')}
      </span>
    </span>
  )
}
