import { type ReactNode, useEffect } from 'react'
import { Avatar } from '../parts/Avatar.tsx'
import { Blocks } from './blocks/Blocks.tsx'
import { PostSurface } from './blocks/PostSurface.tsx'
import { appColor, DIRECT, useSlack } from './useSlack.tsx'

/** The app's Home: opening it tells the app, which fills it. */
export function Home(): ReactNode {
  const { now, go, post, attempt } = useSlack()
  useEffect(() => {
    void attempt(() => post('home', { tab: 'home' }))
  }, [attempt, post])

  return (
    <main className="pane" aria-label={`${now.app.name} Home`}>
      <header className="pane-head is-app">
        <Avatar name={now.app.name} color={appColor(now)} size={28} />
        <h1>{now.app.name}</h1>
        <span className="badge">APP</span>
      </header>
      <div className="home-tabs" role="tablist" aria-label={now.app.name}>
        <button type="button" role="tab" aria-selected>
          Home
        </button>
        <button
          type="button"
          role="tab"
          aria-selected={false}
          onClick={() => {
            go({ channel: DIRECT, thread: undefined })
            void attempt(() => post('home', { tab: 'messages' }))
          }}
        >
          Messages
        </button>
      </div>
      <div className="home-body">
        {now.home ? (
          <PostSurface key={now.home.id} place={{ view: now.home.id }} held={now.home.values}>
            <Blocks blocks={now.home.blocks} />
          </PostSurface>
        ) : (
          <p className="home-empty">{now.app.name} has not put anything here yet.</p>
        )}
      </div>
    </main>
  )
}
