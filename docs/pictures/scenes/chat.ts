import { card, goTo, type Scene } from '../scene.ts'

/** The one card of a chat, with its counters, and the chart below it. */
export const chat: Scene = {
  name: 'chat',
  width: 1360,
  height: 900,
  async play(page) {
    await goTo(page, 'sales')
    const one = card(page, 'Chat 1 ·')
    await one.getByRole('button', { name: /repl(y|ies)/ }).click()
    await page.getByRole('complementary', { name: 'Thread' }).getByRole('img').last().waitFor()
    return []
  },
}
