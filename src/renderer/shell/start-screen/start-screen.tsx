/** The window without a yard. */
import { Logo } from '../../ui/icon.tsx'
import { StartScreenPanel } from './start-screen-panel.tsx'

export function StartScreen() {
  return (
    <div className="start-screen">
      <header className="start-title" data-platform={window.yardHost?.platform ?? 'browser'}>
        <Logo />
        <span>No yard</span>
      </header>
      <main className="start-main">
        <Picture />
        <h1>Open a yard</h1>
        <p className="start-lead">
          A yard is a folder you work in. Yardmaster adds <code>.yard/</code> to it and nothing
          else.
        </p>
        <StartScreenPanel first={null} />
      </main>
    </div>
  )
}

const BOXES: readonly (readonly [number, number, string])[] = [
  [36, 46, 'done'],
  [230, 2, 'done'],
  [230, 46, 'in-progress'],
  [390, 2, 'blocked'],
  [390, 46, 'blocked'],
  [310, 90, 'done'],
  [610, 46, 'blocked'],
]

/** A small graph at work. */
function Picture() {
  return (
    <svg className="start-picture" viewBox="0 0 720 128" aria-hidden="true">
      <path d="M0 62H130L174 18H546L590 62M130 62H590M130 62L174 106H546L590 62M590 62H720" />
      {BOXES.map(([x, y, state]) => (
        <g key={`${x} ${y}`} data-st={state} transform={`translate(${x} ${y})`}>
          <rect width="96" height="32" rx="6" />
          <circle cx="16" cy="16" r="4.5" />
          <path d="M30 16h46" />
        </g>
      ))}
    </svg>
  )
}
