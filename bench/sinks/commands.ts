/** `/ticket` as Slack sends it over Socket Mode. */
export function ticketCommand(n: number, trigger: string, text = ''): object {
  return {
    type: 'slash_commands',
    envelope_id: `e-${trigger}`,
    accepts_response_payload: true,
    payload: {
      token: 'bench',
      team_id: 'T0BENCH',
      team_domain: 'bench',
      channel_id: 'C0BENCH',
      channel_name: 'support',
      user_id: `U0AGENT${n % 50}`,
      user_name: `agent${n % 50}`,
      command: '/ticket',
      text,
      api_app_id: 'A0BENCH',
      is_enterprise_install: 'false',
      response_url: 'http://127.0.0.1:9/none',
      trigger_id: trigger,
    },
  }
}
