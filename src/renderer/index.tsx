/** The page's entry, the same in the app and in a browser. */
import './index-jitless.ts'
// Before all others: it sets the order of the layers.
import './ui/styles.css'
import { StrictMode } from 'react'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { createRoot } from 'react-dom/client'
import { systemClock } from '../base/clock.ts'
import { App } from './app/app.tsx'
import { chooseLink } from './session/open-link.ts'
import { SessionContext } from './session/session-context.tsx'
import { openSession } from './session/session.ts'
import './graph/graph.css'
import './graph/task-node.css'
import './graph/canvas-tools.css'

const root = document.getElementById('root')
if (root === null) throw new Error('invariant: the page has no #root')
const session = openSession(chooseLink(window), systemClock)
addEventListener('pagehide', () => session.close())
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <SessionContext value={session}>
        <App />
      </SessionContext>
    </CSPProvider>
  </StrictMode>,
)
