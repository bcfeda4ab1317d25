import { expectAll, type Row } from '../row.ts'

/** Mails of customers and mail systems, read one after another: to what an agent is shown, beside the bare parser's parts. */
export const read: Row = {
  lines: [{ name: 'read', work: 'read a mail, whole pipeline', unit: 'ms', bar: { atMostTimesRaw: 1 / 0.6 } }],
  async measure(side, world) {
    const warm = world.size(4_000, 300) // until the machine code is made
    const count = world.size(4_000, 800)
    return world.withFar(async ({ start }) => {
      const program = await start('reading', side)
      await program.ask('read', { side, count: warm })
      const { ms, read } = await program.ask<{ ms: number; read: number }>('read', { side, count })
      expectAll({ read }, { read: count })
      return [ms]
    })
  },
}
