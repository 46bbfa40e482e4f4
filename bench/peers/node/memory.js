// Storage in a Map: the peer's own adapter keeps the newest thousand entries only, and would lose
// the session and the grants of a run. The least that an adapter can do, and so the fastest.

export class MemoryAdapter {
  static entries = new Map();

  static grants = new Map();

  constructor(model) {
    this.model = model;
  }

  key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload) {
    const key = this.key(id);
    if (payload.grantId) {
      const members = MemoryAdapter.grants.get(payload.grantId);
      if (members) members.push(key);
      else MemoryAdapter.grants.set(payload.grantId, [key]);
    }
    if (payload.uid) MemoryAdapter.entries.set(`uid:${payload.uid}`, key);
    MemoryAdapter.entries.set(key, payload);
  }

  async find(id) {
    return MemoryAdapter.entries.get(this.key(id));
  }

  async findByUid(uid) {
    return MemoryAdapter.entries.get(MemoryAdapter.entries.get(`uid:${uid}`));
  }

  async consume(id) {
    MemoryAdapter.entries.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    MemoryAdapter.entries.delete(this.key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of MemoryAdapter.grants.get(grantId) ?? []) MemoryAdapter.entries.delete(key);
    MemoryAdapter.grants.delete(grantId);
  }
}
