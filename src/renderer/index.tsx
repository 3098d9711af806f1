/** The page's entry, the same in the app and in a browser. */
import './index-jitless.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { systemClock } from '../base/clock.ts'
import { App } from './app/app.tsx'
import { chooseLink } from './session/open-link.ts'
import { SessionContext } from './session/session-context.tsx'
import { openSession } from './session/session.ts'
import '@xyflow/react/dist/base.css'
import './ui/tokens.css'
import './ui/base.css'
import './ui/controls.css'
import './ui/frame.css'
import './graph/graph.css'
import './task/task.css'

const root = document.getElementById('root')
if (root === null) throw new Error('invariant: the page has no #root')
const session = openSession(chooseLink(window), systemClock)
addEventListener('pagehide', () => session.close())
createRoot(root).render(
  <StrictMode>
    <SessionContext value={session}>
      <App />
    </SessionContext>
  </StrictMode>,
)
