// node-oidc-provider with what the bench asks of every contestant: the same clients, scopes, token
// formats and lifetimes, and somebody signed in who agreed already.
//
//   PORT, WORKERS, STORAGE ("memory" or a file's path), TARGET (where to say how to speak to it)

import cluster from 'node:cluster';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import Provider from 'oidc-provider';

import { MemoryAdapter } from './memory.js';
import { sqliteAdapter } from './sqlite.js';

const { PORT, STORAGE, TARGET } = process.env;
const WORKERS = Number(process.env.WORKERS);
const ISSUER = `http://127.0.0.1:${PORT}`;
const CALLBACK = 'https://app.example/callback';
const SECRET = 's'.repeat(43);
const FORMATS = {
  'https://api.example': ['documents', 'jwt', 'ES256'],
  'https://rs.example': ['rs', 'jwt', 'RS256'],
  'https://opaque.example': ['opaque', 'opaque', undefined],
};

function keys() {
  const made = [['ES256', 'ec', { namedCurve: 'P-256' }], ['RS256', 'rsa', { modulusLength: 2048 }]];
  return made.map(([alg, type, options]) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), alg, use: 'sig',
  }));
}

function configuration(jwks) {
  return {
    adapter: STORAGE === 'memory' ? MemoryAdapter : sqliteAdapter(STORAGE),
    jwks,
    clients: [
      {
        client_id: 'app',
        client_secret: SECRET,
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
      },
      {
        client_id: 'machine',
        client_secret: SECRET,
        redirect_uris: [],
        grant_types: ['client_credentials'],
        response_types: [],
      },
    ],
    scopes: ['openid', 'offline_access', 'identite_pivot'],
    claims: {
      identite_pivot: [
        'given_name', 'family_name', 'birthdate', 'gender', 'birthplace', 'birthcountry',
      ],
    },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        given_name: 'MARIE CHRISTINE',
        family_name: 'MARTIN',
        birthdate: '1977-01-31',
        gender: 'female',
        birthplace: '18033',
        birthcountry: '99100',
      }),
    }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, resource) => {
          const [scope, accessTokenFormat, alg] = FORMATS[resource];
          return {
            scope, accessTokenFormat, accessTokenTTL: 300, ...(alg && { jwt: { sign: { alg } } }),
          };
        },
      },
    },
    pkce: { required: () => true },
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    cookies: { keys: ['k'.repeat(43)] },
    ttl: {
      AccessToken: 300, AuthorizationCode: 60, ClientCredentials: 300, Grant: 2592000,
      IdToken: 300, RefreshToken: 2592000, Session: 28800, Interaction: 1800,
    },
  };
}

async function signIn(provider) {
  const grant = new provider.Grant({ accountId: 'somebody', clientId: 'app' });
  grant.addOIDCScope('openid offline_access identite_pivot');
  const grantId = await grant.save();
  const session = new provider.Session();
  session.loginAccount({ accountId: 'somebody' });
  session.ensureClientContainer('app');
  session.grantIdFor('app', grantId);
  const id = await session.save(28800);
  return id;
}

async function target(provider) {
  const { default: Keygrip } = await import('keygrip');
  const cookie = `_session=${await signIn(provider)}`;
  const signature = new Keygrip(['k'.repeat(43)]).sign(cookie);
  const machine = (resource) => `grant_type=client_credentials&resource=${
    encodeURIComponent(resource)}&scope=${FORMATS[resource][0]}`;
  return {
    paths: {
      discovery: '/.well-known/openid-configuration',
      jwks: '/jwks',
      authorize: '/auth',
      token: '/token',
      introspect: '/token/introspection',
      userinfo: '/me',
    },
    cookie: `${cookie}; _session.sig=${signature}`,
    client_id: 'app',
    client_secret: SECRET,
    redirect_uri: CALLBACK,
    machine_id: 'machine',
    machine_secret: SECRET,
    machine_jwt: machine('https://api.example'),
    machine_opaque: machine('https://opaque.example'),
    machine_rs256: machine('https://rs.example'),
  };
}

async function serve() {
  const jwks = { keys: process.env.KEYS ? JSON.parse(process.env.KEYS) : keys() };
  const provider = new Provider(ISSUER, configuration(jwks));
  provider.on('server_error', (_, error) => console.error(error));
  if (!process.env.KEYS) writeFileSync(TARGET, JSON.stringify(await target(provider)));
  provider.listen(PORT, '127.0.0.1');
}

if (WORKERS > 1 && cluster.isPrimary) {
  const shared = keys();
  const provider = new Provider(ISSUER, configuration({ keys: shared }));
  writeFileSync(TARGET, JSON.stringify(await target(provider)));
  for (let n = 0; n < WORKERS; n += 1) cluster.fork({ KEYS: JSON.stringify(shared) });
} else {
  await serve();
}
