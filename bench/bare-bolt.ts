import '@slack/bolt'

console.error('ready')
