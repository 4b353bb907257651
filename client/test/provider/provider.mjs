// An OpenID Connect provider to try sign-in with: a real one, with three people and no passwords. It says where it is in
// one line, and ends when its input does. Anybody can be anybody here; it is for tests and for a look on one's own machine.
import { createServer } from "node:http";
import { once } from "node:events";
import { Provider } from "oidc-provider";

const PEOPLE = {
  anna: { name: "Anna Åberg", groups: ["staff"] },
  bo: { name: "Bo Berg", groups: ["staff", "board-admins"] },
  cia: { name: "Cia Carlsson", groups: ["visitors"] },
};

const server = createServer();
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1");
await once(server, "listening");
const issuer = `http://localhost:${String(server.address().port)}`;

// It warns that it is not for production, which is so.
console.warn = console.info = () => undefined;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "openmic",
      client_secret: "openmic-secret",
      redirect_uris: ["http://127.0.0.1/signin/callback"],
      post_logout_redirect_uris: ["http://127.0.0.1/"],
    },
  ],
  claims: { openid: ["sub"], profile: ["name", "groups"] },
  scopes: ["openid", "profile"],
  findAccount: (_, id) => PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (context, form) => {
        context.body = `<!doctype html><html lang="en"><title>Sign out</title><h1>Sign out here as well?</h1>${form}
<p><button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button></p></html>`;
      },
    },
  },
  pkce: { required: () => true },
  cookies: { keys: ["for tests only"] },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  // Nobody is asked what Openmic may know.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
});
// Servers under test get their ports by chance.
const local = (path) => (uri) => {
  const { hostname, pathname } = new URL(uri);
  return ["127.0.0.1", "localhost"].includes(hostname) && pathname === path;
};
provider.Client.prototype.redirectUriAllowed = local("/signin/callback");
provider.Client.prototype.postLogoutRedirectUriAllowed = local("/");

const page = (uid) => `<!doctype html><html lang="en"><title>Who are you?</title><h1>Who are you?</h1><form method="post" action="/interaction/${uid}">
${Object.entries(PEOPLE).map(([id, { name }]) => `<p><button name="who" value="${id}">${name}</button></p>`).join("")}
<p><button name="who" value="">Nobody</button></p></form></html>`;

const answer = provider.callback();
server.on("request", (request, response) => {
  const uid = /^\/interaction\/([\w-]+)$/.exec(request.url ?? "")?.[1];
  if (uid === undefined) return answer(request, response);
  if (request.method === "GET") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    return response.end(page(uid));
  }
  finish(request, response).catch((error) => {
    response.statusCode = 400;
    response.end(String(error));
  });
});

async function finish(request, response) {
  let body = "";
  for await (const part of request) body += part;
  const who = new URLSearchParams(body).get("who") ?? "";
  const result = who in PEOPLE ? { login: { accountId: who } } : { error: "access_denied", error_description: "nobody" };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

process.stdin.resume().on("end", () => process.exit(0));
process.stdout.write(`provider at ${issuer}\n`);
