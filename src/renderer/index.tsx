/** The page's entry, the same in the app and in a browser. */
// Before all others: it sets the order of the layers.
import './shell/styles.css'
import { StrictMode } from 'react'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { createRoot } from 'react-dom/client'
import { systemClock } from '../base/clock.ts'
import { App } from './shell/app.tsx'
import { chooseLink } from './model/session/open-link.ts'
import { SessionContext } from './model/session/session-context.tsx'
import { openSession } from './model/session/session.ts'

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
