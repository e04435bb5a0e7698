// A receiver of webhooks that verifies them with standardwebhooks, as standardwebhooks_receiver.py does.
const {createServer} = require('node:http');
const {Webhook} = require('standardwebhooks');

const secrets = process.argv.slice(2);

function verified(secret, body, headers) {
  try {
    return new Webhook(secret).verify(body, headers);
  } catch {
    return null;
  }
}

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts);
    const message = secrets.map((secret) => verified(secret, body, request.headers)).find(Boolean) ?? null;
    console.log(JSON.stringify({id: request.headers['webhook-id'], message}));
    response.writeHead(message ? 204 : 401).end();
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
