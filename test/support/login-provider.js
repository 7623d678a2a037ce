// A provider of logins in a process of its own, on a free port of loopback, which it prints. Whoever signs in
// as "anna" is in the groups that the command line gives, and signs in with any password.
//
//     node login-provider.js '{"anna":["admins"]}'

import { createServer } from "node:http";
import { Provider } from "oidc-provider";

/** @type {Record<string, string[]>} */
const GROUPS = JSON.parse(process.argv[2] ?? "{}");

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "dunlin",
        client_secret: "a-secret-of-the-provider",
        // For native applications any port of loopback will do.
        application_type: "native",
        redirect_uris: ["http://127.0.0.1/oidc/callback"],
      },
    ],
    cookies: { keys: ["a key of the tests"] },
    // In the ID token, as most providers have it.
    conformIdTokenClaims: false,
    claims: {
      openid: ["sub", "groups"],
      profile: ["preferred_username", "given_name"],
      email: ["email"],
    },
    pkce: { required: () => true },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        groups: GROUPS[id] ?? [],
        preferred_username: id,
        given_name: id.toUpperCase(),
        email: `${id}@example.com`,
      }),
    }),
  });
  server.on("request", provider.callback());
  process.stdout.write(`${issuer}\n`);
});
