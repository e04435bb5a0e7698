// Read status pages with statuspage.io: addresses as arguments, every file it knows as JSON by address.
const {Statuspage} = require('statuspage.io');

async function files(base) {
  const client = new Statuspage('page');
  client.setApiUrl(base.replace(/\/$/, ''));
  return {
    summary: await client.api.getSummary(),
    status: await client.api.getStatus(),
    components: await client.api.getComponents(),
    incidents: await client.api.incidents.getAll(),
    unresolved: await client.api.incidents.getUnresolved(),
    upcoming: await client.api.scheduledMaintenances.getUpcoming(),
  };
}

async function main() {
  const found = {};
  for (const base of process.argv.slice(2)) found[base] = await files(base);
  process.stdout.write(JSON.stringify(found));
}

main();
