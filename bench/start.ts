import { main } from '../src/main.ts'

// `overture start`, without the command line's other commands.

await main(process.env)
