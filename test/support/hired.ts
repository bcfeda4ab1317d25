import { seeAgent } from '../../src/core/agents.ts'
import type { World } from './world.ts'

/** Overture has seen Ann and Ben, with the addresses that programs name them by. */
export async function hired({ overture, ann, ben }: World): Promise<void> {
  await overture.store.write(async tx => {
    await seeAgent(tx, { handle: ann.id, name: ann.name, email: 'ann@tulip.test' })
    await seeAgent(tx, { handle: ben.id, name: ben.name, email: 'ben@tulip.test' })
  })
}
