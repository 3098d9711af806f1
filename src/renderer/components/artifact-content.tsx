/** A file that a task has left, as it is shown: text, a picture, or a frame without rights. */
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react'
import { frameAddress } from '../model/session/open-link.ts'
import type { YardClient } from '../model/session/link.ts'
import { PlainText } from '../ui/plain-text.tsx'
import './artifact.css'

export interface FileOfTask {
  readonly task: string
  readonly path: string
}

interface ContentProps {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Its parser and its sanitiser are no part of the page's start; where they cannot be loaded, the text stands as it is. */
const Markdown = lazy<ComponentType<{ readonly text: string }>>(() =>
  import('../ui/markdown.tsx').then(
    (loaded) => ({ default: loaded.Markdown }),
    () => ({ default: PlainText }),
  ),
)

/** Of pictures that the browser draws without running anything. */
const PICTURES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
}

const PAGES: ReadonlySet<string> = new Set(['html', 'htm'])

const endingOf = (path: string): string => /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? ''

/** It is to be looked at, not read. */
export const isPicture = (path: string): boolean =>
  PAGES.has(endingOf(path)) || endingOf(path) in PICTURES

export function ArtifactContent({ path, bytes }: ContentProps) {
  const ending = endingOf(path)
  const picture = PICTURES[ending]
  if (picture !== undefined)
    return (
      <div className="artifact-body">
        <img src={`data:${picture};base64,${toBase64(bytes)}`} alt={path} />
      </div>
    )
  // A NUL is in no text.
  if (bytes.subarray(0, 8000).includes(0))
    return <p className="artifact-body">A binary file: download it to open it elsewhere.</p>
  const text = new TextDecoder().decode(bytes)
  if (PAGES.has(ending)) return <Frame path={path} text={text} />
  if (ending === 'md' || ending === 'markdown')
    return (
      <div className="artifact-body" tabIndex={0} role="region" aria-label={path}>
        <Suspense fallback={<PlainText text={text} />}>
          <Markdown text={text} />
        </Suspense>
      </div>
    )
  return (
    <pre className="artifact-body" tabIndex={0} role="region" aria-label={path}>
      {ending === 'diff' || ending === 'patch' ? (
        <DiffText text={text} />
      ) : (
        <PlainText text={text} />
      )}
    </pre>
  )
}

/** What the host serves for it: without scripts and links to elsewhere, of an origin of its own. */
function Frame({ path, text }: { readonly path: string; readonly text: string }) {
  const [address, setAddress] = useState<string | null | undefined>(undefined)
  useEffect(() => {
    let isOver = false
    void frameAddress(window, text).then((found) => isOver || setAddress(found))
    return () => {
      isOver = true
    }
  }, [text])
  if (address === undefined) return <div className="artifact-body skeleton" aria-busy="true" />
  if (address === null)
    return <p className="artifact-body">It could not be shown: download it to open it elsewhere.</p>
  return (
    <iframe
      className="artifact-body"
      title={path}
      sandbox=""
      referrerPolicy="no-referrer"
      src={address}
    />
  )
}

const DIFF_KINDS: Readonly<Record<string, string>> = { '+': 'added', '-': 'removed', '@': 'place' }
/** Longer, and the lines are not coloured. */
const MAX_DIFF_LINES = 5000

function DiffText({ text }: { readonly text: string }) {
  const lines = text.split('\n')
  if (lines.length > MAX_DIFF_LINES) return <PlainText text={text} />
  return lines.map((line, index) => (
    <span key={index} className="diff-line" data-kind={DIFF_KINDS[line.charAt(0)]}>
      <PlainText text={line} />
      {'\n'}
    </span>
  ))
}

/** Of a file that a task keeps, from a byte on. */
export async function readPart(client: YardClient, { task, path }: FileOfTask, from: number) {
  const { content, ...rest } = await client.page.artifact({ id: task, path, from })
  return { ...rest, bytes: Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0)) }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 32_768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(text)
}
