// What was typed and is not acknowledged yet: kept in this browser for one person, attempt and question, through a
// reload, a closed tab and a sign-out. An entry holds what the form holds and its number, never a key, weight or score.
// It is written to localStorage at once and moves to IndexedDB; where there is no IndexedDB it stays.

const STORE = "waiting";
const PREFIX = "answers:";
let opened;

function database() {
  opened ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open("answers", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
      request.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opened;
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function store(base, mode) {
  return base.transaction(STORE, mode).objectStore(STORE);
}

export function keyOf(person, attempt, slot) {
  return `${person}/${attempt}/${slot}`;
}

// Keeps the entry in the place of the one before; resolves to whether it is kept anywhere.
export async function put(entry) {
  let kept = writeAtOnce(entry);
  const base = await database();
  if (!base) return kept;
  try {
    await done(store(base, "readwrite").put(entry));
    kept = true;
    dropFromAtOnce(entry);
  } catch {
    // full or forbidden: the copy written at once remains
  }
  return kept;
}

// Forgets the entry, unless a newer one has taken its place meanwhile.
export async function remove(entry) {
  dropFromAtOnce(entry);
  const base = await database();
  if (!base) return;
  try {
    const held = await done(store(base, "readonly").get(entry.key));
    if (held && held.seq <= entry.seq) await done(store(base, "readwrite").delete(entry.key));
  } catch {
    // it is sent once more then, and the server knows it
  }
}

// All entries of one person, in the order in which they were written.
export async function entriesOf(person) {
  const found = new Map();
  const base = await database();
  let all = [];
  try {
    if (base) all = await done(store(base, "readonly").getAll());
  } catch {
    all = [];
  }
  for (const entry of [...all, ...writtenAtOnce()]) {
    const held = found.get(entry.key);
    if (entry.person === person && !(held && held.seq >= entry.seq)) found.set(entry.key, entry);
  }
  return [...found.values()].sort((one, other) => one.order - other.order);
}

function writeAtOnce(entry) {
  try {
    localStorage.setItem(PREFIX + entry.key, JSON.stringify(entry));
    return true;
  } catch {
    return false;
  }
}

function dropFromAtOnce(entry) {
  try {
    const held = JSON.parse(localStorage.getItem(PREFIX + entry.key) || "null");
    if (held && held.seq <= entry.seq) localStorage.removeItem(PREFIX + entry.key);
  } catch {
    // nothing is kept there
  }
}

function writtenAtOnce() {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => JSON.parse(localStorage.getItem(key)));
  } catch {
    return [];
  }
}
