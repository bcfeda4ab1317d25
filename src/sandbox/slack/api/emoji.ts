import { STANDARD_NAMES } from '../emoji.ts'
import type { Methods } from './method.ts'

export const emoji: Methods = {
  'emoji.list': {
    tier: 2,
    scopes: ['emoji:read'],
    call: (world, args) => ({
      emoji: { overture: `${world.url}/emoji/overture.png` },
      cache_ts: '0',
      ...(args.flag('include_categories')
        ? { categories: [{ name: 'Symbols', emoji_names: STANDARD_NAMES }], categories_version: '1' }
        : {}),
    }),
  },
}
