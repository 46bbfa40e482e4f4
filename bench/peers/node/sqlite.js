// Storage in SQLite as durable as ours: WAL, synchronous=FULL, prepared statements, one table.

import { DatabaseSync } from 'node:sqlite';

export function sqliteAdapter(path) {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA busy_timeout=10000;
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=FULL;
    CREATE TABLE IF NOT EXISTS entry (
      id TEXT PRIMARY KEY, payload TEXT NOT NULL, grant_id TEXT, uid TEXT, consumed INTEGER,
      expires_at INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entry_grant ON entry (grant_id) WHERE grant_id IS NOT NULL;
    CREATE INDEX IF NOT EXISTS entry_uid ON entry (uid) WHERE uid IS NOT NULL;
  `);
  const upsert = database.prepare(`
    INSERT INTO entry (id, payload, grant_id, uid, expires_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at
  `);
  const find = database.prepare('SELECT payload, consumed FROM entry WHERE id = ?');
  const findByUid = database.prepare('SELECT payload, consumed FROM entry WHERE uid = ?');
  const consume = database.prepare('UPDATE entry SET consumed = ? WHERE id = ?');
  const destroy = database.prepare('DELETE FROM entry WHERE id = ?');
  const revoke = database.prepare('DELETE FROM entry WHERE grant_id = ?');
  const now = () => Math.floor(Date.now() / 1000);
  const read = (row) => row
    && { ...JSON.parse(row.payload), ...(row.consumed && { consumed: row.consumed }) };

  return class SqliteAdapter {
    constructor(model) {
      this.model = model;
    }

    key(id) {
      return `${this.model}:${id}`;
    }

    async upsert(id, payload, expiresIn) {
      const expires = expiresIn ? now() + expiresIn : null;
      const uid = this.model === 'Session' ? payload.uid : null;
      const json = JSON.stringify(payload);
      upsert.run(this.key(id), json, payload.grantId ?? null, uid ?? null, expires);
    }

    async find(id) {
      return read(find.get(this.key(id)));
    }

    async findByUid(uid) {
      return read(findByUid.get(uid));
    }

    async consume(id) {
      consume.run(now(), this.key(id));
    }

    async destroy(id) {
      destroy.run(this.key(id));
    }

    async revokeByGrantId(grantId) {
      revoke.run(grantId);
    }
  };
}
